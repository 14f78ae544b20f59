"""The journal of model calls: nothing is paid for twice (promise 1).

A request is a JSON document of everything that determines the answer; its key is the SHA-256
of the canonical form. The first answer under a key is the answer for good.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from trialogue.errors import UsageError
from trialogue.memory.answers import Answer, Row, canonical, key_of
from trialogue.memory.read_only import read_only
from trialogue.records import Usage

__all__ = ["Answer", "Journal", "Row", "canonical", "key_of"]

_LAYOUT = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS calls (
  key TEXT PRIMARY KEY, role TEXT NOT NULL, request TEXT NOT NULL, answer TEXT NOT NULL,
  input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, cost REAL, seconds REAL NOT NULL);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_FOUND = "SELECT user_version, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version"
_ANSWER = "answer, input_tokens, output_tokens, cost, seconds"
_GET = f"SELECT {_ANSWER} FROM calls WHERE key = ?"
_PUT = "INSERT OR IGNORE INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_BORROW = "INSERT OR IGNORE INTO calls SELECT * FROM lender.calls WHERE key = ?"
_CALLS = f"SELECT key, request, {_ANSWER} FROM calls WHERE key IN "
_ROWS = f"SELECT key, role, request, {_ANSWER} FROM calls ORDER BY rowid"
_TOTALS = """
SELECT role, count(*), sum(input_tokens), sum(output_tokens), sum(cost)
FROM calls GROUP BY role ORDER BY role
"""


class Journal:
    """Model calls and learnt facts in one SQLite file (or ":memory:").

    Every `put` is committed at once. `lender` is another journal's file: what was answered there
    is taken over when the same is asked here, and counts here as well. Raises UsageError for a
    file that is not a journal, can't be opened or written, or is locked for longer than `patience`
    seconds.
    """

    def __init__(
        self,
        path: Path | str = ":memory:",
        *,
        patience: float = 60.0,
        lender: Path | None = None,
    ) -> None:
        self.path = str(path)
        self._lender = lender
        with self._explained():
            # One event loop uses it, which need not run in the thread that opened it.
            self._db = sqlite3.connect(
                self.path, timeout=patience, isolation_level=None, check_same_thread=False
            )
        try:
            with self._explained():
                self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        layout, tables = self._db.execute(_FOUND).fetchone()
        if layout > _LAYOUT or (tables and not layout):
            raise UsageError(f"{self.path} is not a journal of this version; choose another folder")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        if self._lender is not None and self._lender.is_file():
            self._db.execute("ATTACH ? AS lender", (str(self._lender),))
        else:
            self._lender = None
        if not layout:
            self._db.executescript(
                f"BEGIN IMMEDIATE;{_TABLES}PRAGMA user_version={_LAYOUT};COMMIT;"
            )

    def get(self, key: str) -> Answer | None:
        """The answer under `key`, marked as replayed; None if it was never asked."""
        with self._explained():
            row = self._db.execute(_GET, (key,)).fetchone()
            if row is None and self._lender is not None:
                self._db.execute(_BORROW, (key,))
                row = self._db.execute(_GET, (key,)).fetchone()
        return None if row is None else _answer(row)

    def put(self, key: str, role: str, request: str, answer: Answer) -> Answer:
        """Store the answer to a canonical request; gives back the one that counts: the first."""
        said: dict[str, Any] = {"text": answer.text, "finish_reason": answer.finish_reason}
        optional = {
            "tool_calls": answer.tool_calls,
            "logprobs": answer.logprobs,
            "refused": answer.refused,
        }
        said |= {name: value for name, value in optional.items() if value}
        paid = (answer.input_tokens, answer.output_tokens, answer.cost, answer.seconds)
        with self._explained():
            done = self._db.execute(_PUT, (key, role, request, canonical(said), *paid))
        if done.rowcount:
            return answer
        return self.get(key) or answer

    def remember(self, name: str, value: Any) -> None:
        """Keep a JSON value learnt about an endpoint; a later value replaces it."""
        with self._explained():
            self._db.execute(
                "INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value))
            )

    def recall(self, name: str) -> Any:
        """The remembered value, or None."""
        with self._explained():
            row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def totals(self) -> dict[str, Usage]:
        """What each role has used, over all sessions; cost is None where no call had a price."""
        with self._explained():
            return _totals(self._db)

    def rows(self) -> Iterator[Row]:
        """All calls, oldest first."""
        with self._explained():
            for key, role, request, *rest in self._db.execute(_ROWS):
                yield Row(key, role, json.loads(request), _answer(rest))

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise UsageError(f"journal {self.path}: {_advice(error)}") from error


def rows_of(file: Path, keys: Sequence[str]) -> dict[str, tuple[str, Answer]]:
    """The canonical requests and answers under these keys in a journal that others may be writing;
    none where it is not there. Raises UsageError for a file that cannot be read."""
    wanted = sorted(set(keys))
    if not wanted or not file.is_file():
        return {}
    marks = ", ".join("?" * len(wanted))
    try:
        with closing(read_only(file)) as db:
            rows = db.execute(f"{_CALLS} ({marks})", wanted).fetchall()
    except sqlite3.Error as error:
        raise UsageError(f"journal {file}: {_advice(error)}") from error
    return {key: (request, _answer(rest)) for key, request, *rest in rows}


def totals_of(file: Path) -> dict[str, Usage]:
    """`totals` of a journal that others may be writing; none where it is not there.

    Raises UsageError for a file that cannot be read.
    """
    if not file.is_file():
        return {}
    try:
        with closing(read_only(file)) as db:
            return _totals(db)
    except sqlite3.Error as error:
        raise UsageError(f"journal {file}: {_advice(error)}") from error


def _totals(db: sqlite3.Connection) -> dict[str, Usage]:
    return {
        role: Usage(calls=calls, input_tokens=sent, output_tokens=received, cost=cost)
        for role, calls, sent, received, cost in db.execute(_TOTALS)
    }


def _answer(row: Any) -> Answer:
    said, sent, received, cost, seconds = row
    answer = Answer(**json.loads(said))
    return replace(
        answer,
        tool_calls=tuple(answer.tool_calls),
        logprobs=None if answer.logprobs is None else tuple(answer.logprobs),
        input_tokens=sent,
        output_tokens=received,
        cost=cost,
        seconds=seconds,
        replayed=True,
    )


def _advice(error: sqlite3.Error) -> str:
    text = str(error)
    for sign, advice in (
        ("full", "the disk is full; free some space and run the same command again"),
        ("disk I/O", "the disk fails or is full; check it and run the same command again"),
        ("readonly", "it can't be written; choose another folder or mend its permissions"),
        ("unable to open", "it can't be opened; check that the folder exists and can be written"),
        ("not a database", "it is not a journal; move it away or choose another folder"),
        ("malformed", "the file is damaged; move it away or restore a copy"),
        ("locked", "another program is writing to it; wait for that to end"),
        ("closed", "it is closed already"),
    ):
        if sign in text:
            return advice
    return text
