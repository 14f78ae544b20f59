"""Spans as a page shows them: a tree, each with what a person wants to know first."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from trialogue.memory.recorded import Recorded

LONGEST = 20_000  # characters of one text of a span
_SHOWN_ELSEWHERE = {"graph", "node", "replayed"}
_KINDS = {
    "CHAIN": "step",
    "LLM": "model",
    "TOOL": "tool",
    "RETRIEVER": "memory",
    "RERANKER": "ranking",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A model call: the messages as pairs of role and text, and what came back."""

    model: str
    messages: list[tuple[str, str]]
    answer: str
    tool_calls: list[Any]
    sent: int
    received: int
    settings: dict[str, Any]
    schema: str


@dataclass(frozen=True, slots=True)
class SpanNode:
    """A span with those inside it. `start` and `width` are shares of the whole, in percent."""

    span: Recorded
    kind: str
    start: float
    width: float
    facts: dict[str, str]
    asked: str
    said: str
    found: list[tuple[str, str]]
    call: Asked | None
    inside: list["SpanNode"] = field(default_factory=list)

    @property
    def repaired(self) -> int:
        """How many drafts were thrown away before the one that stands."""
        rewrites = self.span.facts.get("rewrites", 0)
        return rewrites if isinstance(rewrites, int) else 0

    def walk(self) -> Iterator["SpanNode"]:
        """This one and all inside it."""
        yield self
        for one in self.inside:
            yield from one.walk()


@dataclass(frozen=True, slots=True)
class Totals:
    """What spans come to."""

    calls: int
    sent: int
    received: int
    seconds: float


def span_tree(spans: Sequence[Recorded]) -> list[SpanNode]:
    """The outermost spans, in the order they began; a span whose parent is missing counts so."""
    if not spans:
        return []
    begin = min(one.started for one in spans)
    whole = max(1, max(one.ended for one in spans) - begin)
    nodes = {one.id: _node(one, begin, whole) for one in spans}
    outermost: list[SpanNode] = []
    for node in nodes.values():
        around = nodes.get(node.span.parent)
        (around.inside if around and around is not node else outermost).append(node)
    return outermost


def totals(spans: Sequence[Recorded]) -> Totals:
    """Calls, tokens and the time from the first to the last."""
    calls = [one.call[1] for one in spans if one.call]
    took = max((o.ended for o in spans), default=0) - min((o.started for o in spans), default=0)
    return Totals(
        calls=len(calls),
        sent=sum(one.input_tokens for one in calls),
        received=sum(one.output_tokens for one in calls),
        seconds=took / 1e9,
    )


def _node(span: Recorded, begin: int, whole: int) -> SpanNode:
    told = {name: fact for name, fact in span.facts.items() if name not in _SHOWN_ELSEWHERE}
    facts = {name: _plain(fact) for name, fact in told.items() if fact not in ([], None, 0, "")}
    return SpanNode(
        span=span,
        kind=_KINDS.get(span.kind, span.kind.lower()),
        start=round(100 * (span.started - begin) / whole, 2),
        width=round(max(0.4, 100 * (span.ended - span.started) / whole), 2),
        facts={name: cut(value) for name, value in facts.items()},
        asked=cut(span.asked),
        said=cut(span.said),
        found=[(name, cut(text)) for name, text in span.found],
        call=_call(span),
    )


def _call(span: Recorded) -> Asked | None:
    if span.call is None:
        return None
    request, answer = json.loads(span.call[0]), span.call[1]
    schema = request.get("schema")
    return Asked(
        model=str(request.get("model", "")),
        messages=[(str(role), cut(str(text))) for role, text in request.get("messages", [])],
        answer=cut(answer.text),
        tool_calls=list(answer.tool_calls),
        sent=answer.input_tokens,
        received=answer.output_tokens,
        settings={**request.get("sampling", {}), "seed": request.get("seed")},
        schema="" if schema is None else cut(json.dumps(schema, ensure_ascii=False, indent=1)),
    )


def cut(text: str, most: int = LONGEST) -> str:
    """The text, or its beginning and how much more there is."""
    if len(text) <= most:
        return text
    return f"{text[:most]}\n… and {len(text) - most:,} more characters"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
