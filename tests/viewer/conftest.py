"""A run with traces, and a run that is served to a client that was let in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import simulated_model
from openai_server import OpenAIServer
from simulated_run import made

from trialogue.own_loop import run_in_own_loop
from trialogue.viewer.server import Serving
from trialogue.viewing import served_run


@pytest.fixture(scope="session")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of two dialogues, with traces."""
    folder = tmp_path_factory.mktemp("viewer") / "run"
    with OpenAIServer(simulated_model.served) as server:
        run_in_own_loop(lambda: made(folder, server.base_url, 2))
    return folder


@dataclass(frozen=True)
class Visit:
    """A served run, and a client that has entered."""

    served: Serving
    client: httpx.Client

    def text(self, address: str, status: int = 200) -> str:
        """What is at an address."""
        answer = self.client.get(address)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, address: str, **fields: str) -> httpx.Response:
        """Send a form as a page of the viewer does."""
        return self.client.post(address, data=fields, headers={"Origin": self.served.origin})


@pytest.fixture
def visit() -> Iterator[Callable[[Path], Visit]]:
    """Serves run folders: `visit(folder)`."""
    with ExitStack() as stack:

        def enter(folder: Path) -> Visit:
            served = stack.enter_context(served_run(folder, reviewer="Ann"))
            client = stack.enter_context(httpx.Client(base_url=served.origin, timeout=300))
            client.get("/", params={"token": served.token}).raise_for_status()
            return Visit(served, client)

        yield enter
