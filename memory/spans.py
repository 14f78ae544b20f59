"""Spans: what was done when, and inside what. They are kept only where a trace is open.

The seams (nodes, model calls, tools, memory) open spans with `span`; which trace they belong to
is known from where they are opened, so that nothing is handed through. A span costs about 2 µs;
everything else happens in the thread that writes it (`memory/trace_file.py`).
"""

import time
from collections.abc import Sequence
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

if TYPE_CHECKING:
    from trialogue.memory.answers import Answer

Kind = Literal["CHAIN", "LLM", "TOOL", "RETRIEVER", "RERANKER"]


class Keeper(Protocol):
    """Takes spans that have ended."""

    def ended(self, span: "Span") -> None:
        """Keep the span; it must not raise."""
        ...


class Trace:
    """One tree of spans: a dialogue's attempt, or work that several dialogues share.

    `id` counts the traces of a file, `trace_id` (32 hexadecimal digits) is unique everywhere.
    """

    __slots__ = ("_keeper", "_last", "attempt", "id", "name", "number", "session", "trace_id")

    def __init__(
        self,
        keeper: Keeper,
        id: int,
        trace_id: str,
        name: str,
        *,
        session: int = 0,
        number: int | None = None,
        attempt: int = 0,
    ) -> None:
        self._keeper, self._last = keeper, 0
        self.id, self.trace_id, self.name, self.session = id, trace_id, name, session
        self.number, self.attempt = number, attempt

    def next_id(self) -> int:
        """A number that no span of the trace has yet; from 1."""
        self._last += 1
        return self._last

    def ended(self, span: "Span") -> None:
        """Hand on a span that has ended."""
        self._keeper.ended(span)


class Span:
    """Something under way; use it in a `with`. An exception that passes is its error.

    `number` is the dialogue that a span of shared work is for; `turn` the index of the turn that
    was being made, `key` the journal's key. `note` adds short facts; `call` is a model's request
    and answer; `asked`, `said` and `found` are long texts.
    """

    __slots__ = (
        *("asked", "call", "ended", "error", "facts", "found", "id", "key", "kind", "name"),
        *("number", "parent", "said", "started", "trace", "turn", "_token"),
    )

    def __init__(
        self, trace: Trace, parent: "Span | None", kind: Kind, name: str, key: str | None = None
    ) -> None:
        self.trace, self.kind, self.name, self.key = trace, kind, name, key
        self.id = trace.next_id()
        self.parent = 0
        self.number: int | None = None
        self.turn: int | None = None
        if parent is not None:
            self.parent, self.number, self.turn = parent.id, parent.number, parent.turn
        self.facts: dict[str, Any] = {}
        self.error = ""
        self.asked = self.said = ""
        self.call: tuple[str, Answer] | None = None
        self.found: Sequence[tuple[str, str]] = ()

    def __enter__(self) -> Self:
        self._token: Token[Span | None] = _here.set(self)
        self.started = time.time_ns()
        return self

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        self.ended = time.time_ns()
        _here.reset(self._token)
        if error is not None:
            self.error = str(error) or type(error).__name__
        self.trace.ended(self)

    def note(self, **facts: Any) -> None:
        """Add facts: numbers, truth values, short texts."""
        self.facts.update(facts)

    def belongs(self, *, number: int | None = None, turn: int | None = None) -> None:
        """Say which dialogue and which of its turns this and the spans inside it are for."""
        self.number = self.number if number is None else number
        self.turn = self.turn if turn is None else turn

    def called(self, request: str, answer: "Answer") -> None:
        """Say what a model was asked, as the journal has it, and what it answered."""
        self.call, self.asked, self.error = (request, answer), "", answer.refused

    def spoke(self, asked: str = "", said: str = "") -> None:
        """Say what went in and what came out."""
        self.asked, self.said = asked, said

    def brought(self, found: Sequence[tuple[str, str]]) -> None:
        """Say what was retrieved: pairs of a name and a text, best first."""
        self.found = found


class Untraced:
    """Stands in for a span where no trace is open; takes everything and keeps nothing."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def note(self, **facts: Any) -> None:
        pass

    def belongs(self, *, number: int | None = None, turn: int | None = None) -> None:
        pass

    def called(self, request: str, answer: "Answer") -> None:
        pass

    def spoke(self, asked: str = "", said: str = "") -> None:
        pass

    def brought(self, found: Sequence[tuple[str, str]]) -> None:
        pass


_here: ContextVar[Span | None] = ContextVar("span", default=None)
UNTRACED = Untraced()


def span(kind: Kind, name: str, key: str | None = None) -> Span | Untraced:
    """A span inside the one that is open here; where none is, one that keeps nothing."""
    parent = _here.get()
    return UNTRACED if parent is None else Span(parent.trace, parent, kind, name, key)


def traced() -> bool:
    """Whether a trace is open here."""
    return _here.get() is not None


def counted(fact: str) -> None:
    """Add one to a fact of the span that is open here."""
    here = _here.get()
    if here is not None:
        here.facts[fact] = here.facts.get(fact, 0) + 1
