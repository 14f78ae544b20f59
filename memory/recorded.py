"""A span as it is kept and sent: finished, plain, without keys."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from trialogue.memory.answers import Answer
from trialogue.memory.redaction import Secrets
from trialogue.memory.spans import Kind, Span

_IDS = 24  # bits of a span's id that count the spans of its trace


@dataclass(frozen=True, slots=True)
class Recorded:
    """One span. Times are nanoseconds since 1970; `id` and `parent` count the spans of a trace.

    `trace_id` is OpenTelemetry's, 32 hexadecimal digits; `trace_name` is the dialogue's id where
    `number` and `attempt` are its place in the run, else the name of work that dialogues share.
    `turn` is the index of the turn that was being made, None outside of turns. `key` is the key
    of a model call in the journal, `call` its request and answer. `asked` and `said` are what
    went in and came out, `found` pairs of a name and a text. `error` is empty where all went well.
    """

    trace_id: str
    trace_name: str
    id: int
    parent: int
    kind: Kind
    name: str
    started: int
    ended: int
    number: int | None = None
    attempt: int = 0
    turn: int | None = None
    key: str | None = None
    error: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    asked: str = ""
    said: str = ""
    found: Sequence[tuple[str, str]] = ()
    call: tuple[str, Answer] | None = None

    @property
    def span_id(self) -> int:
        """OpenTelemetry's 64-bit id, unlike that of any other span of any trace."""
        return _span_id(self.trace_id, self.id)

    @property
    def parent_id(self) -> int | None:
        """OpenTelemetry's id of the span around this one; None for a trace's first."""
        return _span_id(self.trace_id, self.parent) if self.parent else None

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.ended - self.started) / 1e9

    @property
    def replayed(self) -> bool:
        """Whether the result was there already, from an earlier session."""
        return bool(self.facts.get("replayed"))


def recorded(span: Span, secrets: Secrets) -> Recorded:
    """A span that has ended, without `secrets`."""
    trace, facts = span.trace, facts_of(span)
    return Recorded(
        trace_id=trace.trace_id,
        trace_name=trace.name,
        id=span.id,
        parent=span.parent,
        kind=span.kind,
        name=span.name,
        started=span.started,
        ended=span.ended,
        number=trace.number if trace.number is not None else span.number,
        attempt=trace.attempt,
        turn=span.turn,
        key=span.key,
        error=cleaned(span.error, secrets),
        facts={name: _cleaned_fact(fact, secrets) for name, fact in facts.items()},
        asked=cleaned(span.asked, secrets),
        said=cleaned(span.said, secrets),
        found=[(name, cleaned(text, secrets)) for name, text in span.found],
        call=span.call,
    )


def facts_of(span: Span) -> dict[str, Any]:
    """The facts of a span, with whether its call was replayed."""
    if span.call is not None and span.call[1].replayed:
        return {**span.facts, "replayed": True}
    return span.facts


def cleaned(text: str, secrets: Secrets) -> str:
    """A text without keys and without lone surrogates, which no file takes."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return secrets.removed(text) if text else text


def _cleaned_fact(fact: Any, secrets: Secrets) -> Any:
    return cleaned(fact, secrets) if isinstance(fact, str) else fact


def _span_id(trace_id: str, count: int) -> int:
    return (int(trace_id[:10], 16) << _IDS) | count
