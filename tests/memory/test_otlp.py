"""Spans as an OpenTelemetry collector receives them."""

from pathlib import Path

import pytest
from openinference.semconv.trace import SpanAttributes
from otlp_collector import OtlpCollector

from trialogue.memory.journal import Answer, canonical
from trialogue.memory.otlp import traces_address
from trialogue.memory.spans import Span, span
from trialogue.memory.traces import Traces

KEY = "sk-very-secret-0123456789"
REQUEST = canonical(
    {
        "model": "openai:tiny",
        "messages": [["system", "Be brief."], ["user", f"What is {KEY}?"]],
        "schema": {"type": "object"},
        "sampling": {"temperature": 0.7, "max_tokens": 20},
        "seed": 1,
        "attempt": 2,
        "again": 0,
    }
)


def record(folder: Path | None, address: str) -> Traces:
    with (
        Traces(folder, otlp=address, version="9.9") as traces,
        traces.trace("d-1", 1),
        span("CHAIN", "dialogue.user") as node,
    ):
        node.belongs(turn=2)
        node.note(graph="dialogue", node="user")
        with span("LLM", "user", "f" * 64) as call:
            call.spoke(REQUEST)
            call.called(REQUEST, Answer("{}", input_tokens=9, output_tokens=3, cost=0.5))
        with span("RETRIEVER", "shelf.search") as found:
            found.spoke("taxi")
            found.brought([("rules.md Taxi", "A taxi is paid.")])
        with span("TOOL", "calculator") as tool:
            tool.spoke('{"expression":"1+1"}', "2")
            assert isinstance(tool, Span)
            tool.error = f"{KEY} was refused"
    return traces


def test_a_collector_gets_the_tree_in_the_words_of_openinference(tmp_path: Path) -> None:
    with OtlpCollector() as collector:
        traces = record(tmp_path, collector.address)
    assert not traces.problems
    spans = {one["name"]: one for one in collector.spans}
    root, node = spans["d-1"], spans["dialogue.user"]
    call, search, tool = spans["user"], spans["shelf.search"], spans["calculator"]
    assert root["parent"] == ""
    assert node["parent"] == root["id"]
    assert {one["parent"] for one in (call, search, tool)} == {node["id"]}
    assert len({one["trace"] for one in collector.spans}) == 1
    assert all(one["started"] <= one["ended"] for one in collector.spans)
    assert root["attributes"][SpanAttributes.SESSION_ID] == "d-1"
    said = call["attributes"]
    assert said[SpanAttributes.OPENINFERENCE_SPAN_KIND] == "LLM"
    assert (said["llm.provider"], said["llm.model_name"]) == ("openai", "tiny")
    assert said["llm.input_messages.0.message.role"] == "system"
    assert said["llm.output_messages.0.message.content"] == said["output.value"] == "{}"
    assert said["llm.token_count.total"] == 12
    assert said["llm.cost.total"] == 0.5
    assert (said["trialogue.turn"], said["trialogue.journal_key"]) == (2, "f" * 64)
    assert search["attributes"]["retrieval.documents.0.document.content"] == "A taxi is paid."
    assert tool["attributes"]["tool.name"] == "calculator"
    assert (tool["attributes"]["output.value"], tool["status"]) == ("2", 2)
    assert collector.resources[0]["service.version"] == "9.9"


def test_keys_travel_in_headers_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"authorization=Bearer%20{KEY}")
    with OtlpCollector() as collector:
        record(tmp_path, collector.address)
    assert collector.headers[0]["authorization"] == f"Bearer {KEY}"
    assert all(KEY.encode() not in body for body in collector.bodies)
    assert "What is ***?" in str(collector.spans)


def test_a_collector_that_refuses_is_one_problem(tmp_path: Path) -> None:
    with OtlpCollector(statuses=[400] * 9) as collector:
        traces = record(tmp_path, f"{collector.address}/")
    (problem,) = traces.problems
    assert "did not take 5 of 5 spans" in problem
    assert collector.address in problem
    assert "\n" not in problem


def test_an_endpoint_that_is_down_is_one_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("trialogue.memory.otlp._PATIENCE", 0.1)
    with OtlpCollector() as gone:
        address = gone.address
    traces = record(tmp_path, address)
    (problem,) = traces.problems
    assert problem.startswith(f"{address}/v1/traces did not take 5 of 5 spans: ")
    assert "efused" in problem
    assert capfd.readouterr() == ("", "")


def test_nothing_need_be_written(tmp_path: Path) -> None:
    with OtlpCollector() as collector:
        record(None, f"{collector.address}/v1/traces")
    assert len(collector.spans) == 5
    assert not list(tmp_path.iterdir())


def test_the_usual_path_is_added_where_there_is_none() -> None:
    assert traces_address("http://here:4318") == "http://here:4318/v1/traces"
    assert traces_address("http://here:4318/") == "http://here:4318/v1/traces"
    assert traces_address("http://here/api/otel/v1/traces") == "http://here/api/otel/v1/traces"
