"""A context for graphs: simulated model behind loopback, real ChromaDB, a real journal."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import simulated_model
from openai_server import OpenAIServer

from trialogue.agents.caller import Caller, ModelSpec
from trialogue.graphs.context import Context, Options
from trialogue.memory.chroma import close_chroma, open_chroma
from trialogue.memory.experience import ExperienceMemory
from trialogue.memory.hash_embedder import HashEmbedder
from trialogue.memory.journal import Journal
from trialogue.memory.people import PeopleMemory
from trialogue.memory.volumes import Volumes
from trialogue.scenario_files import find_scenario
from trialogue.settings import SYNTHESIS_ROLES
from trialogue.tools.shelf import Shelf


@pytest.fixture
def server(openai_server: Callable[..., OpenAIServer]) -> OpenAIServer:
    """The simulated model."""
    return openai_server(simulated_model.served)


@pytest.fixture
def volumes(tmp_path: Path) -> Iterator[Volumes]:
    """Where the test's users and experience are."""
    opened = Volumes(tmp_path / "memory" / "volumes")
    yield opened
    opened.close()


@pytest.fixture
async def make_context(
    tmp_path: Path, server: OpenAIServer, volumes: Volumes
) -> AsyncIterator[Callable[..., Context]]:
    """Makes a Context for a scenario's name; further arguments are fields of it."""
    async with AsyncExitStack() as stack:
        journal = stack.enter_context(Journal(tmp_path / "journal.sqlite"))
        spec = ModelSpec(name="openai:simulated", base_url=server.base_url)
        models: dict[str, ModelSpec] = dict.fromkeys(SYNTHESIS_ROLES, spec)
        caller = await stack.enter_async_context(Caller(models, journal))
        client, embedder = open_chroma(tmp_path / "memory"), HashEmbedder()
        stack.callback(close_chroma, client)

        def make(scenario: str = "travel_reimbursement", **given: Any) -> Context:
            found = find_scenario(scenario)
            usual: dict[str, Any] = {
                "scenario": found.scenario,
                "caller": caller,
                "shelf": Shelf(client, embedder),
                "people": PeopleMemory(volumes, embedder),
                "memory": ExperienceMemory(volumes, embedder),
                "options": Options(points=(3, 3)),
                "documents": found.documents,
            }
            return Context(**(usual | given))

        yield make
