"""The graphs as `langgraph.json` names them: every factory runs, JSON in and JSON out."""

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import simulated_model
from openai_server import OpenAIServer
from pydantic import ValidationError

import trialogue
from trialogue.drawings import draw, graph_names
from trialogue.errors import UsageError
from trialogue.records import Dialogue

ROOT = Path(trialogue.__file__).parents[1]
NAMED: dict[str, str] = json.loads((ROOT / "langgraph.json").read_text("utf-8"))["graphs"]
Start = Callable[..., OpenAIServer]


def factory(name: str) -> Callable[[], Any]:
    module, _, attribute = NAMED[name].partition(":")
    made: Callable[[], Any] = getattr(import_module(module), attribute)
    return made


async def ask(name: str, **given: Any) -> dict[str, Any]:
    """The result of a graph for a request as it comes over HTTP."""
    request = json.loads(json.dumps(given))
    state = await factory(name)().ainvoke(request)
    result: dict[str, Any] = json.loads(json.dumps(state["result"]))
    return result


@pytest.fixture
def server(openai_server: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenAIServer:
    """The simulated model, named by the settings file in the folder where the server runs."""
    started = openai_server(simulated_model.reply)
    (tmp_path / "trialogue.yaml").write_text(
        "scenario: travel_reimbursement\nmodel: openai:simulated\nembedder: hash\n"
        f"base_url: {started.base_url}\noptions: {{points: [2, 2]}}\n"
    )
    monkeypatch.chdir(tmp_path)
    return started


def test_every_graph_that_can_be_asked_for_is_served() -> None:
    inner = {"tuning"}  # both of its levels are subgraphs of the optimisation
    assert set(NAMED) == set(graph_names()) - inner


@pytest.mark.parametrize("name", NAMED)
def test_a_served_graph_is_drawn_with_the_graph_that_it_runs(name: str) -> None:
    served = factory(name)().get_graph(xray=True)
    inner = {node for node in draw(name).nodes if not node.endswith("__")}
    assert {f"run:{node}" for node in inner} <= set(served.nodes)


@pytest.mark.parametrize("scenario", ["car_rental", "chailv_baoxiao"])
async def test_the_stages_one_by_one(server: OpenAIServer, scenario: str) -> None:
    place = {"scenario": scenario, "seed": 3}
    knowledge = await ask("knowledge", **place)
    assert knowledge["passages"]
    assert knowledge["problems"] == []
    pool = (await ask("users", **place, numbers=[0, 1]))["pool"]
    assert sorted(pool) == ["0", "1"]
    lived = await ask("experience", **place, candidate=pool["1"], number=1)
    assert len(lived["trajectory"]) == 2
    talked = await ask("dialogue", **place, user=pool["1"]["user"], **lived, number=1)
    assert talked["stop_reason"] == "goal_reached"
    assert [turn["speaker"] for turn in talked["turns"]] == ["user", "assistant"] * 2
    chatted = await ask("improvised", **place, user=pool["1"]["user"], rounds=1, number=1)
    assert [turn["speaker"] for turn in chatted["turns"]] == ["user", "assistant"]


async def test_a_whole_dialogue_with_the_scenario_of_the_settings(server: OpenAIServer) -> None:
    record = Dialogue.model_validate((await ask("synthesis", seed=5, number=2))["record"])
    assert record.id == "travel_reimbursement-5-00002"
    assert record.rounds == 2


async def test_a_repeated_request_is_answered_from_the_journal(server: OpenAIServer) -> None:
    first = await ask("synthesis", seed=5)
    asked = len(server.requests)
    assert await ask("synthesis", seed=5) == first
    assert len(server.requests) == asked > 0


async def test_a_dialogue_goes_on_from_turns_that_stand(server: OpenAIServer) -> None:
    record = (await ask("synthesis", seed=5))["record"]
    part = {"turns": record["turns"][:2], "told": 1}
    given = {"user": record["user"], "trajectory": record["trajectory"], **part}
    talked = await ask("dialogue", seed=5, **given)
    assert talked["turns"] == record["turns"]


async def test_turns_are_streamed_as_they_come(server: OpenAIServer) -> None:
    graph = factory("synthesis")()
    told = [event async for event in graph.astream({"seed": 5}, stream_mode="custom")]
    assert [event["turn"]["speaker"] for event in told] == ["user", "assistant"] * 2


async def test_a_request_cannot_name_files_or_endpoints(
    server: OpenAIServer, openai_server: Start
) -> None:
    with pytest.raises(ValidationError, match="no such scenario"):
        await ask("synthesis", scenario="trialogue.yaml")
    other = openai_server(simulated_model.reply)
    await ask("knowledge", model="openai:other", base_url=other.base_url)
    await ask("synthesis", model="openai:other", base_url=other.base_url)
    assert other.requests == []


async def test_without_a_scenario_anywhere_the_error_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="scenario"):
        await ask("synthesis")
