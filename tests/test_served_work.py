"""Tasks, refinement and optimisation over JSON, as a LangGraph server runs them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optimised_run
import pytest
from made_stories import story
from openai_server import OpenAIServer
from pydantic import ValidationError
from simulated_solvers import Solvers

from trialogue import served_work

Start = Callable[..., OpenAIServer]


async def ask(graph: Any, **given: Any) -> tuple[dict[str, Any], list[Any]]:
    """The result for a request as it comes over HTTP, and what was streamed meanwhile."""
    told, result = [], None
    request = json.loads(json.dumps(given))
    async for kind, event in graph.astream(request, stream_mode=["custom", "values"]):
        if kind == "custom":
            told.append(event)
        else:
            result = event.get("result")
    assert result is not None
    return json.loads(json.dumps(result)), told


@pytest.fixture
def start(openai_server: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts a server that the settings file in the current folder names."""
    monkeypatch.chdir(tmp_path)

    def started(reply: Any, model: str = "strong") -> OpenAIServer:
        server = openai_server(reply)
        Path("trialogue.yaml").write_text(
            f"scenario: travel_reimbursement\nmodel: openai:{model}\nembedder: hash\n"
            f"base_url: {server.base_url}\n"
            "options: {points: [2, 2], reactions: false, lookups: 0}\n"
        )
        return server

    return started


async def test_tasks_are_made_and_easy_ones_replaced(start: Start) -> None:
    solvers = Solvers(abilities={"openai:strong": 100.0})
    server = start(solvers.reply)
    dialogues = [story(number).model_dump(mode="json") for number in (1, 2)]
    order = {"dialogues": dialogues, "k": 1, "by_code": True}
    with solvers.watching():
        made, told = await ask(served_work.tasks(), **order, n=1)
        assert told == [{"done": 1, "of": 2}, {"done": 2, "of": 2}]
        assert {task["dialogue_id"] for task in made["tasks"]} == {one["id"] for one in dialogues}
        refining = {**order, "tasks": made["tasks"], "rounds": 2}
        refined, told = await ask(served_work.refinement(), **refining)
    assert told == refined["generations"]
    assert any(task["generation"] for task in refined["tasks"])
    asked = len(server.requests)
    again, _ = await ask(served_work.refinement(), **refining)
    assert again["tasks"] == refined["tasks"]
    assert (again["calls"], len(server.requests)) == (0, asked)


async def test_an_optimisation_gives_its_recipe(start: Start) -> None:
    server = start(optimised_run.reply, "simulated")
    extent = optimised_run.SMALL.model_dump()
    given = {"seed": 3, "extent": extent, "controls": optimised_run.CONTROLS}
    found, told = await ask(served_work.optimisation(), **given)
    assert found["recipe"]["theta"].keys() == {"turns"}
    assert found["problem"] == ""
    assert found["table"][0]["name"] == "unoptimised"
    assert {one["stage"] for one in told} >= {"meeting users", "judge", "select"}
    assert "folder" not in found
    asked = len(server.requests)
    again, _ = await ask(served_work.optimisation(), **given)
    assert again["table"] == found["table"]
    assert len(server.requests) == asked


async def test_other_settings_work_in_another_folder(start: Start) -> None:
    order = {"dialogues": [story(1).model_dump(mode="json")], "n": 1, "k": 1, "by_code": True}
    for name in ("one", "other"):
        start(lambda body: "Hm.", name)
        await ask(served_work.tasks(), **order)
    assert len(list(Path("runs").glob("served-tasks-*"))) == 2


async def test_a_request_names_no_files(start: Start) -> None:
    start(lambda body: "Hm.")
    refused: tuple[dict[str, Any], ...] = (
        *({"dialogues": []}, {"dialogues": "runs/x"}),
        {"run": "runs/x"},
    )
    for given in refused:
        with pytest.raises(ValidationError):
            await ask(served_work.tasks(), **given)
    with pytest.raises(ValidationError, match="no such scenario"):
        await ask(served_work.optimisation(), scenario="trialogue.yaml")
