"""Spans in the words of OpenInference, the conventions of OpenTelemetry for language models.

Conventions: https://github.com/Arize-ai/openinference, `spec/semantic_conventions.md`. What they
have no word for stands under `trialogue.`.
"""

import json
from collections.abc import Iterator
from typing import Any

from openinference.semconv.trace import DocumentAttributes, MessageAttributes, SpanAttributes

from trialogue.memory.answers import Answer
from trialogue.memory.recorded import Recorded

Attribute = str | int | float | bool
_JSON, _TEXT = "application/json", "text/plain"


def attributes(span: Recorded) -> dict[str, Attribute]:
    """The attributes of a span, flat, as OpenTelemetry wants them."""
    found: dict[str, Attribute] = {SpanAttributes.OPENINFERENCE_SPAN_KIND: span.kind}
    found |= dict(_place(span))
    found |= {f"trialogue.{name}": _plain(fact) for name, fact in span.facts.items()}
    if span.asked:
        found |= _value("input", span.asked)
    if span.said:
        found |= _value("output", span.said)
    found |= dict(_documents(span))
    if span.kind == "TOOL":
        found[SpanAttributes.TOOL_NAME] = span.name
        found[SpanAttributes.TOOL_PARAMETERS] = span.asked
    if span.call is not None:
        found |= _called(*span.call)
    return found


def _place(span: Recorded) -> Iterator[tuple[str, Attribute]]:
    if span.number is not None:
        yield "trialogue.number", span.number
        yield "trialogue.attempt", span.attempt
        if span.trace_name and not span.parent:
            yield SpanAttributes.SESSION_ID, span.trace_name
    if span.turn is not None:
        yield "trialogue.turn", span.turn
    if span.key is not None:
        yield "trialogue.journal_key", span.key
    if "graph" in span.facts:
        yield SpanAttributes.GRAPH_NODE_ID, span.name


def _documents(span: Recorded) -> Iterator[tuple[str, Attribute]]:
    for place, (name, text) in enumerate(span.found):
        document = f"{SpanAttributes.RETRIEVAL_DOCUMENTS}.{place}"
        yield f"{document}.{DocumentAttributes.DOCUMENT_ID}", name
        yield f"{document}.{DocumentAttributes.DOCUMENT_CONTENT}", text


def _called(request: str, answer: Answer) -> dict[str, Attribute]:
    asked = json.loads(request)
    provider, _, model = asked["model"].partition(":")
    sampling = {**asked["sampling"], "seed": asked["seed"]}
    said: list[tuple[str, Attribute]] = [
        (SpanAttributes.LLM_PROVIDER, provider),
        (SpanAttributes.LLM_MODEL_NAME, model or provider),
        (SpanAttributes.LLM_INVOCATION_PARAMETERS, json.dumps(sampling)),
        (SpanAttributes.LLM_TOKEN_COUNT_PROMPT, answer.input_tokens),
        (SpanAttributes.LLM_TOKEN_COUNT_COMPLETION, answer.output_tokens),
        (SpanAttributes.LLM_TOKEN_COUNT_TOTAL, answer.input_tokens + answer.output_tokens),
        (SpanAttributes.LLM_FINISH_REASON, answer.finish_reason),
        ("trialogue.seconds", answer.seconds),
        ("trialogue.attempt_of_line", asked["attempt"]),
        *_messages(SpanAttributes.LLM_INPUT_MESSAGES, asked["messages"]),
        *_messages(SpanAttributes.LLM_OUTPUT_MESSAGES, [("assistant", answer.text)]),
    ]
    if asked["schema"] is not None:
        said.append(("trialogue.schema", json.dumps(asked["schema"], ensure_ascii=False)))
    if answer.cost is not None:
        said.append((SpanAttributes.LLM_COST_TOTAL, answer.cost))
    if answer.refused:
        said.append(("trialogue.refused", answer.refused))
    last = asked["messages"][-1][1] if asked["messages"] else ""
    return {**dict(said), **_value("input", last), **_value("output", answer.text)}


def _messages(name: str, messages: Any) -> Iterator[tuple[str, Attribute]]:
    for place, (role, text) in enumerate(messages):
        yield f"{name}.{place}.{MessageAttributes.MESSAGE_ROLE}", role
        yield f"{name}.{place}.{MessageAttributes.MESSAGE_CONTENT}", text


def _value(side: str, text: str) -> dict[str, Attribute]:
    kind = _JSON if text.startswith(("{", "[")) else _TEXT
    return {f"{side}.value": text, f"{side}.mime_type": kind}


def _plain(fact: Any) -> Attribute:
    if isinstance(fact, str | int | float | bool):
        return fact
    return json.dumps(fact, ensure_ascii=False, default=str)
