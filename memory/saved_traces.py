"""Reads the spans of a run, finished or going on, a dialogue or a turn at a time."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trialogue.errors import UsageError
from trialogue.memory.journal import rows_of
from trialogue.memory.read_only import read_only
from trialogue.memory.recorded import Recorded
from trialogue.memory.trace_file import FILE, FOLDER, LAYOUT

_JOURNALS = ("journal.sqlite", "tasks.sqlite", "refine.sqlite")
"""Of a run, and of work on it afterwards."""
_TRACES = "SELECT id, trace_id, session, name, number, attempt, started, ended, error FROM traces"
_SPANS = """
SELECT t.trace_id, t.name, s.id, s.parent, s.kind, s.name, s.started, s.ended,
  coalesce(t.number, s.number), t.attempt, s.turn, s.key, s.error, s.facts
FROM spans s JOIN traces t ON t.id = s.trace
"""


@dataclass(frozen=True, slots=True)
class SavedTrace:
    """One tree of spans. Times are nanoseconds since 1970; `ended` is None for one that is going
    on or was cut off. `name` is the dialogue's id where `number` is its place in the run."""

    id: int
    trace_id: str
    session: int
    name: str
    number: int | None
    attempt: int
    started: int
    ended: int | None
    error: str


class SavedTraces:
    """The spans in a run's folder; a run may be writing them meanwhile.

    Raises UsageError if there are none or they cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FOLDER / FILE
        self._journals = [folder / name for name in _JOURNALS]
        if not self._path.is_file():
            raise UsageError(f"{folder} holds no traces: it has no {FOLDER}/{FILE}")
        layout = self._rows("PRAGMA user_version")[0][0]
        if layout != LAYOUT:
            raise UsageError(f"{self._path} is not of this version; update trialogue")

    def traces(
        self, number: int | None = None, *, after: int = 0, limit: int = 100
    ) -> list[SavedTrace]:
        """Traces in the order in which they began: all, or those of a dialogue; a page of them
        begins `after` the id of the last."""
        where = "" if number is None else "number = ? AND"
        given = () if number is None else (number,)
        rows = self._rows(
            f"{_TRACES} WHERE {where} id > ? ORDER BY id LIMIT ?", *given, after, limit
        )
        return [_trace(row) for row in rows]

    def of_dialogue(self, number: int) -> SavedTrace | None:
        """The trace that tells how a dialogue came about: of its last attempt, the last that
        ended; one that is going on where none has."""
        rows = self._rows(
            f"{_TRACES} WHERE number = ? ORDER BY ended IS NOT NULL DESC, attempt DESC, id DESC "
            "LIMIT 1",
            number,
        )
        return _trace(rows[0]) if rows else None

    def spans(self, trace: int, *, turn: int | None = None) -> list[Recorded]:
        """The spans of a trace by its id, or of one turn of it, in the order they began."""
        where = "" if turn is None else "AND s.turn = ?"
        given = (trace,) if turn is None else (trace, turn)
        rows = self._rows(f"{_SPANS} WHERE s.trace = ? {where} ORDER BY s.id", *given)
        return self._recorded(rows)

    def shared(self, number: int) -> list[Recorded]:
        """What was done for a dialogue in traces of shared work: how its user was found."""
        return self._recorded(
            self._rows(f"{_SPANS} WHERE s.number = ? ORDER BY s.trace, s.id", number)
        )

    def _recorded(self, rows: list[tuple[Any, ...]]) -> list[Recorded]:
        facts = [json.loads(row[-1]) if row[-1] else {} for row in rows]
        texts = self._texts(name for fact in facts for name in _named(fact))
        spans = [_span(row, fact, texts) for row, fact in zip(rows, facts, strict=True)]
        keys = [span.key for span in spans if span.key]
        calls = {key: call for file in self._journals for key, call in rows_of(file, keys).items()}
        return [replace(span, call=calls.get(span.key)) if span.key else span for span in spans]

    def _texts(self, names: Iterable[str]) -> dict[str, str]:
        wanted = sorted(set(names))
        marks = ", ".join("?" * len(wanted))
        rows = self._rows(f"SELECT hash, text FROM texts WHERE hash IN ({marks})", *wanted)
        return dict(rows)

    def _rows(self, query: str, *given: Any) -> list[Any]:
        try:
            with closing(read_only(self._path)) as db:
                return db.execute(query, given).fetchall()
        except sqlite3.Error as error:
            raise UsageError(f"{self._path} cannot be read: {error}") from error


def _trace(row: tuple[Any, ...]) -> SavedTrace:
    id, trace_id, session, name, number, attempt, started, ended, error = row
    place = (id, trace_id, session, name, number, attempt)
    return SavedTrace(*place, started, ended, error or "")


def _span(row: tuple[Any, ...], facts: dict[str, Any], texts: dict[str, str]) -> Recorded:
    trace_id, trace, id, parent, kind, name, started, ended, *rest = row
    number, attempt, turn, key, error, _ = rest
    asked, said = (_text(facts.pop(side, ""), texts) for side in ("asked", "said"))
    found = [(name, _text(text, texts)) for name, text in facts.pop("found", ())]
    return Recorded(
        *(trace_id, trace, id, parent, kind, name, started, ended, number, attempt, turn, key),
        error=error or "",
        facts=facts,
        asked=asked,
        said=said,
        found=found,
    )


def _named(facts: dict[str, Any]) -> Iterator[str]:
    texts = [facts.get("asked"), facts.get("said"), *(text for _, text in facts.get("found", ()))]
    for text in texts:
        if isinstance(text, dict):
            yield text["text"]


def _text(text: Any, texts: dict[str, str]) -> str:
    return texts.get(text["text"], "") if isinstance(text, dict) else str(text)
