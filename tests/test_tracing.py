"""What a run's traces tell: every node, call, tool and memory access, at no cost to the run."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import simulated_model
from openai_server import Body, OpenAIServer, Reply, refusal
from otlp_collector import OtlpCollector
from simulated_run import lines, made

from trialogue.memory.journal import Journal
from trialogue.memory.recorded import Recorded
from trialogue.memory.saved_traces import SavedTraces
from trialogue.saved_run import SavedRun


@pytest.fixture
def server(openai_server: Callable[..., OpenAIServer]) -> OpenAIServer:
    """The simulated model."""
    return openai_server(simulated_model.served)


def looks_up(body: Body) -> Reply | str:
    """The simulated model, but it adds whenever it may."""
    last = str(body["messages"][-1]["content"])
    if (
        last.startswith("Tools:")
        and "- calculator(" in last
        and "calculator(expression=" not in last
    ):
        call = {"tool": "calculator", "arguments": {"expression": "1 + 1"}}
        return json.dumps({"call": call})
    return simulated_model.served(body)


def spans_of(folder: Path, number: int) -> list[Recorded]:
    saved = SavedTraces(folder)
    trace = saved.of_dialogue(number)
    assert trace is not None
    return saved.spans(trace.id)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of three dialogues."""
    folder = tmp_path_factory.mktemp("traced")
    with OpenAIServer(simulated_model.served) as server:
        asyncio.run(made(folder, server.base_url, 3))
    return folder


def test_every_call_of_a_run_has_its_span(folder: Path) -> None:
    saved = SavedTraces(folder)
    spans = [one for trace in saved.traces() for one in saved.spans(trace.id)]
    calls = [one for one in spans if one.kind == "LLM"]
    with Journal(folder / "journal.sqlite") as journal:
        used = journal.totals()
    assert Counter(one.name for one in calls) == {r: usage.calls for r, usage in used.items()}
    assert all(one.call is not None and one.call[1].text for one in calls)
    assert not any(one.replayed or one.error for one in spans)


def test_a_dialogue_has_its_nodes_in_order_and_its_turns(folder: Path) -> None:
    dialogue = list(SavedRun(folder).dialogues())[1]
    spans = spans_of(folder, 1)
    assert spans[0].name == dialogue.id
    nodes = [one.name for one in spans if "graph" in one.facts]
    stages = [name.partition(".")[0] for name in nodes]
    assert list(dict.fromkeys(stages)) == ["synthesis", "experience", "dialogue"]
    assert nodes[:2] == ["synthesis.knowledge", "synthesis.users"]
    assert nodes[-1] == "synthesis.score"
    assert {one.name for one in spans} >= {"memory.keep", "memory.recall", "shelf.search"}
    talk = [one for one in spans if one.name in ("dialogue.user", "dialogue.assistant")]
    assert [(one.turn, one.facts["node"]) for one in talk] == [
        (place, turn.speaker) for place, turn in enumerate(dialogue.turns)
    ]
    assert talk[-1].facts["stop_reason"] == dialogue.stop_reason


def test_every_turn_has_the_answer_that_it_was_made_from(folder: Path) -> None:
    dialogue = list(SavedRun(folder).dialogues())[1]
    spans = spans_of(folder, 1)
    for place, turn in enumerate(dialogue.turns):
        said = [s.call[1].text for s in spans if s.turn == place and s.call is not None]
        assert any(text.split(".")[0] in turn.text for text in said)


def test_how_a_user_was_found_is_told_with_its_dialogue(folder: Path) -> None:
    shared = SavedTraces(folder).shared(2)
    assert shared[0].name == "users.propose one"
    assert {one.name for one in shared if one.kind == "LLM"} == {"user_generator"}


async def test_tools_are_told_with_what_went_in_and_out(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> None:
    server = openai_server(looks_up)
    given = {"assistant_tools": ("calculator",)}
    await made(tmp_path, server.base_url, 1, **given)
    tools = [one for one in spans_of(tmp_path, 0) if one.kind == "TOOL"]
    assert tools
    assert all(json.loads(one.asked) == {"expression": "1 + 1"} for one in tools)
    assert all((one.name, one.said) == ("calculator", "2") for one in tools)
    assert all(one.turn is not None for one in tools)


async def test_a_repaired_answer_is_told(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> None:
    def nonsense_once(body: Body, number: int) -> Reply | None:
        if "response_format" not in body or seen:
            return None
        seen.append(number)
        return Reply('{"nonsense": 1}')

    seen: list[int] = []
    server = openai_server(simulated_model.served, faults=nonsense_once)
    await made(tmp_path, server.base_url, 1)
    saved = SavedTraces(tmp_path)
    spans = [one for trace in saved.traces() for one in saved.spans(trace.id)]
    (repair,) = [one for one in spans if one.name == "repair"]
    assert repair.facts["complaint"]
    (mended,) = [
        one for one in spans if one.parent == repair.id and one.trace_id == repair.trace_id
    ]
    assert mended.kind == "LLM"
    assert not mended.error


async def test_a_call_that_was_tried_again_says_so(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> None:
    faults = [refusal(503, "busy"), refusal(503, "busy")]
    server = openai_server(simulated_model.served, faults=faults)
    await made(tmp_path, server.base_url, 1)
    saved = SavedTraces(tmp_path)
    spans = [one for trace in saved.traces() for one in saved.spans(trace.id)]
    assert sum(one.facts.get("retries", 0) for one in spans) == 2


async def test_a_run_that_goes_on_marks_what_is_replayed(
    tmp_path: Path, server: OpenAIServer
) -> None:
    await made(tmp_path, server.base_url, 2)
    before = lines(tmp_path)
    (tmp_path / "dialogues.jsonl").unlink()
    server.close()
    with OtlpCollector() as collector:
        await made(tmp_path, server.base_url, 2, otlp=collector.address)
    assert collector.spans
    assert lines(tmp_path) == before
    calls = [one for one in spans_of(tmp_path, 1) if one.kind == "LLM"]
    assert calls
    assert all(one.replayed and one.call is not None for one in calls)
    assert {trace.session for trace in SavedTraces(tmp_path).traces(1)} == {1, 2}


async def test_dialogues_do_not_depend_on_traces(tmp_path: Path, server: OpenAIServer) -> None:
    for traces in (True, False):
        await made(tmp_path / str(traces), server.base_url, 2, traces=traces)
    assert lines(tmp_path / "True") == lines(tmp_path / "False")
    assert not (tmp_path / "False" / "traces").exists()


async def test_a_failed_attempt_has_its_error(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> None:
    def too_long_once(body: Body, number: int) -> Reply | None:
        last = str(body["messages"][-1]["content"])
        if last.startswith("<note>") and not refused:
            refused.append(number)
            return refusal(400, "maximum context length exceeded")
        return None

    refused: list[int] = []
    server = openai_server(simulated_model.served, faults=too_long_once)
    result = await made(tmp_path, server.base_url, 1)
    assert result.failed == 1
    saved = SavedTraces(tmp_path)
    first, second = saved.traces(0)
    assert (first.attempt, second.attempt) == (0, 1)
    assert "maximum context length" in first.error
    assert not second.error
    assert saved.of_dialogue(0) == second
    (call,) = [one for one in saved.spans(first.id) if one.kind == "LLM" and one.error]
    assert "maximum context length" in call.error


async def test_an_endpoint_gets_what_the_file_has_and_no_key(
    tmp_path: Path, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-anyone-1234567890")
    with OtlpCollector() as collector:
        result = await made(tmp_path, server.base_url, 2, otlp=collector.address)
    assert not result.problems
    saved = SavedTraces(tmp_path)
    kept = [one for trace in saved.traces() for one in saved.spans(trace.id)]
    sent = {(one["trace"], one["id"]) for one in collector.spans}
    assert sent == {(one.trace_id, f"{one.span_id:016x}") for one in kept}
    assert len(sent) == len(collector.spans)
    texts = [one["attributes"].get("output.value") for one in collector.spans]
    assert {one.call[1].text for one in kept if one.call} <= set(texts)
    asked = {header["authorization"] for header in server.headers}
    assert asked == {"Bearer sk-not-for-anyone-1234567890"}
    everything = [*collector.bodies, *(f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())]
    assert not any(b"not-for-anyone" in content for content in everything)


async def test_an_endpoint_that_is_down_is_one_problem_of_the_result(
    tmp_path: Path, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trialogue.memory.otlp._PATIENCE", 0.1)
    result = await made(tmp_path, server.base_url, 1, otlp="http://127.0.0.1:9")
    assert result.accepted == 1
    (problem,) = result.problems
    assert problem.startswith("http://127.0.0.1:9/v1/traces did not take")
