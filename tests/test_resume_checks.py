"""What a run refuses when it is taken up again, through its public door."""

from collections.abc import Callable
from pathlib import Path

import pytest
import simulated_model
from openai_server import OpenAIServer
from simulated_run import lines, made, settings

from trialogue.errors import UsageError
from trialogue.scenario_files import shipped_folder
from trialogue.services import check


@pytest.fixture
def server(openai_server: Callable[..., OpenAIServer]) -> OpenAIServer:
    """The simulated model."""
    return openai_server(simulated_model.served)


async def test_a_changed_document_and_fewer_dialogues_are_refused(
    tmp_path: Path, server: OpenAIServer
) -> None:
    page, out = tmp_path / "house.md", tmp_path / "run"
    page.write_text("# Rooms\n\nA room is paid up to 450 CNY per night.\n", encoding="utf-8")
    given = {"documents": (str(page),)}
    await made(out, server.base_url, 2, **given)
    before, told = lines(out), (out / "run.json").read_bytes()
    with pytest.raises(UsageError, match="holds 2 dialogues"):
        await made(out, server.base_url, 1, **given)
    page.write_text("# Rooms\n\nA room is paid up to 500 CNY per night.\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"documents differ: house\.md;"):
        await made(out, server.base_url, 3, **given)
    assert (lines(out), (out / "run.json").read_bytes()) == (before, told)


def test_a_scenario_with_a_wrong_control_leaves_no_run_behind(tmp_path: Path) -> None:
    scenario, out = tmp_path / "own.yaml", tmp_path / "run"
    text = (shipped_folder() / "energy_tariff.yaml").read_text(encoding="utf-8")
    scenario.write_text(f"{text}controls: {{focus: 9}}\n", encoding="utf-8")
    given = settings(out, "http://127.0.0.1:9/v1", 1, scenario=str(scenario))
    with pytest.raises(UsageError, match="control focus: '9' is not allowed: 1 to 5"):
        check(given)
    assert not out.exists()
