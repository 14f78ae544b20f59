"""An index of a run's dialogues and tasks that grows with their files.

It lies in a temporary file of SQLite's own, which goes when the process ends: nothing is written
into the run's folder, and a page reads only what it shows.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trialogue.errors import UsageError
from trialogue.run_folder import DIALOGUES, FAILURES
from trialogue.viewer.grown_file import GrownFile, Line, read_at
from trialogue.viewer.search_words import query
from trialogue.viewer.summaries import Summary, summary

SETS = {
    "accepted": DIALOGUES,
    "failed": FAILURES,
    "before": "before.jsonl",
    "after": "after.jsonl",
}
"""Where a folder's dialogues lie: a run's, and those that an optimisation compared."""

ORDERS = {
    "number": "item",
    "newest": "item DESC",
    "longest": "turns DESC, item",
    "shortest": "turns, item",
    "tokens": "tokens DESC, item",
}
_TABLES = """
CREATE TABLE dialogues (item INTEGER PRIMARY KEY, part TEXT, number INTEGER, offset INTEGER,
  length INTEGER, name TEXT, scenario TEXT, language TEXT, identity TEXT, about TEXT, turns INTEGER,
  ended TEXT, tokens INTEGER, error TEXT);
CREATE INDEX places ON dialogues (part, number);
CREATE INDEX names ON dialogues (name);
CREATE INDEX ends ON dialogues (part, ended);
CREATE VIRTUAL TABLE words USING fts5(text, content='');
"""
_COLUMNS = "part, number, name, scenario, language, identity, about, turns, ended, tokens, error"
_BATCH = 250


@dataclass(frozen=True, slots=True)
class Item:
    """A dialogue in the list: which set it is of and its number there, from 0."""

    part: str
    number: int
    name: str
    scenario: str
    language: str
    identity: str
    about: str
    turns: int
    ended: str
    tokens: int
    error: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which dialogues a list shows; what is empty does not matter."""

    search: str = ""
    part: str = ""
    ended: str = ""
    scenario: str = ""
    order: str = "number"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a list, and how many there are in all."""

    items: list[Item]
    total: int


class RunIndex:
    """The dialogues of a folder; threads may use it at once. `close` it, or use it in a `with`.

    Raises UsageError for records of a newer version of the program.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.version = 0
        self.unread: list[str] = []
        self._files = {part: GrownFile(folder / name) for part, name in SETS.items()}
        self._lock = threading.RLock()
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Let go of the temporary file."""
        with self._lock:
            self._db.close()

    def grow(self) -> bool:
        """Take in what came since, a few megabytes at most; whether there was anything."""
        grown = False
        for part, file in self._files.items():
            with self._lock:
                if file.replaced():
                    self._forget()
                    return True
            batch: list[Line] = []
            for line in file.lines():
                batch.append(line)
                if len(batch) == _BATCH:
                    grown |= self._take(part, batch)
                    batch = []
            grown |= self._take(part, batch)
        return grown

    def grow_fully(self) -> None:
        """Take in everything that is there."""
        while self.grow():
            pass

    @property
    def torn(self) -> list[str]:
        """The files whose last line is not finished."""
        return [file.path.name for file in self._files.values() if file.torn]

    def found(self, wanted: Wanted, *, first: int = 0, most: int = 50) -> Found:
        """A page of the dialogues that are wanted."""
        where, given = _where(wanted)
        order = ORDERS.get(wanted.order, ORDERS["number"])
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM dialogues{where} ORDER BY {order} LIMIT ? OFFSET ?",
            *(*given, most, first),
        )
        total = self._rows(f"SELECT count(*) FROM dialogues{where}", *given)[0][0]
        return Found([Item(*row) for row in rows], total)

    def every(self, wanted: Wanted, most: int | None = None) -> Iterator[Item]:
        """All dialogues that are wanted, or the first of them."""
        first = 0
        while most is None or first < most:
            wish = _BATCH if most is None else min(_BATCH, most - first)
            page = self.found(wanted, first=first, most=wish).items
            yield from page
            first += len(page)
            if len(page) < wish:
                return

    def counts(self, column: str, part: str = "") -> dict[str, int]:
        """How many dialogues there are by "part", "ended" or "scenario", the most first."""
        assert column in ("part", "ended", "scenario")
        where, given = _where(Wanted(part=part))
        rows = self._rows(
            f"SELECT {column}, count(*) FROM dialogues{where} GROUP BY 1 ORDER BY 2 DESC, 1 "
            "LIMIT 100",
            *given,
        )
        return dict(rows)

    def item(self, part: str, number: int) -> Item | None:
        """The dialogue at a place, None where there is none."""
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM dialogues WHERE part = ? AND number = ?", part, number
        )
        return Item(*rows[0]) if rows else None

    def named(self, name: str) -> Item | None:
        """The first dialogue of this id, None where there is none."""
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM dialogues WHERE name = ? ORDER BY item LIMIT 1", name
        )
        return Item(*rows[0]) if rows else None

    def line(self, part: str, number: int) -> bytes | None:
        """What the file holds of a dialogue. Raises UsageError where it cannot be read."""
        rows = self._rows(
            "SELECT offset, length FROM dialogues WHERE part = ? AND number = ?", part, number
        )
        if not rows:
            return None
        path = self._files[part].path
        try:
            return read_at(path, *rows[0])
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error

    def _take(self, part: str, batch: Sequence[Line]) -> bool:
        read = [(line, one) for line in batch if (one := self._summary(part, line)) is not None]
        if batch:
            with self._lock:
                self._db.execute("BEGIN")
                self._put(part, read)
                self._db.execute("COMMIT")
                self.version += 1
        return bool(batch)

    def _summary(self, part: str, line: Line) -> Summary | None:
        from pydantic_core import from_json

        where = f"{SETS[part]}:{line.number}"
        try:
            return summary(from_json(line.content))
        except UsageError as error:
            raise UsageError(f"{self.folder / SETS[part]}:{line.number}: {error}") from error
        except ValueError:
            self.unread.append(f"{where} is not a dialogue record")
            return None

    def _put(self, part: str, read: Iterable[tuple[Line, Summary]]) -> None:
        for line, one in read:
            place = (part, line.number - 1, line.offset, len(line.content))
            shown = (one.name, one.scenario, one.language, one.identity, one.about, one.turns)
            done = self._db.execute(
                f"INSERT INTO dialogues VALUES (NULL{', ?' * 13})",
                (*place, *shown, one.ended, one.tokens, one.error),
            )
            self._db.execute(
                "INSERT INTO words (rowid, text) VALUES (?, ?)", (done.lastrowid, one.words)
            )

    def _forget(self) -> None:
        """Begin anew: a file is no longer the one that was read."""
        self._db.executescript("DROP TABLE words; DROP TABLE dialogues;")
        self._db.executescript(_TABLES)
        self._files = {part: GrownFile(self.folder / name) for part, name in SETS.items()}
        self.unread.clear()
        self.version += 1

    def _rows(self, asked: str, *given: Any) -> list[Any]:
        with self._lock:
            return self._db.execute(asked, given).fetchall()


def _where(wanted: Wanted) -> tuple[str, tuple[Any, ...]]:
    equal = {"part": wanted.part, "ended": wanted.ended, "scenario": wanted.scenario}
    parts = [(f"{column} = ?", value) for column, value in equal.items() if value]
    if wanted.search.strip():
        words = query(wanted.search)
        if not words:
            return " WHERE 0", ()
        parts.append(("item IN (SELECT rowid FROM words WHERE words MATCH ?)", words))
    if not parts:
        return "", ()
    return f" WHERE {' AND '.join(text for text, _ in parts)}", tuple(value for _, value in parts)
