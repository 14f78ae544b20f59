"""How much one statement of a tool may take, and what it gives back."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from trialogue.errors import TrialogueError
from trialogue.tools.sql_statement import Statement


@dataclass(frozen=True)
class SqlLimits:
    """Limits of one call; `threads` bounds the calls that run at once.

    `rows` and `characters` bound what a result shows. `seconds` is processor time in SQLite and
    elapsed time elsewhere; `steps` counts SQLite's virtual machine, so that the same statement
    ends at the same point on every machine. `text` is the longest value in bytes, `megabytes`
    what the database of one dialogue may grow by (DuckDB: its memory in all).
    """

    rows: int = 100
    characters: int = 7_500
    seconds: float = 2.0
    steps: int = 100_000_000
    text: int = 50_000
    megabytes: int = 128
    threads: int = 4


class SqlFailure(TrialogueError):
    """A statement was refused or stopped and changed nothing; its text is one line."""


class Late(SqlFailure):
    """A statement was stopped because it took too long."""


class Outcome(NamedTuple):
    """What a statement gave: at most so many rows as may be shown, and one more if there are
    more; `affected` counts the rows that a write changed."""

    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    affected: int | None = None


class Session(Protocol):
    """The database of one dialogue. Calls come from any thread, one at a time."""

    def run(self, statement: Statement, values: Mapping[str, Any]) -> Outcome:
        """Run it with every bind in `values`. Raises SqlFailure; then nothing has changed."""
        ...

    def check(self, statement: Statement) -> None:
        """Prepare it without running it. Raises SqlFailure."""
        ...

    def close(self) -> None:
        """Give up what was written."""
        ...


class Template(Protocol):
    """A database that every dialogue gets a copy or a transaction of."""

    tables: Sequence[str]

    def session(self) -> Session:
        """A new dialogue's database. Raises SqlFailure, of a server UsageError."""
        ...

    def close(self) -> None:
        """Release it; sessions are closed before."""
        ...


class Turnstile:
    """One session's lock, with its end: after `shut` nobody gets in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shut = False

    def __enter__(self) -> None:
        self._lock.acquire()
        if self._shut:
            self._lock.release()
            raise SqlFailure("the dialogue's database is closed")

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def shut(self) -> bool:
        """Wait for who is inside and let nobody in; whether this was the first time."""
        with self._lock:
            first, self._shut = not self._shut, True
        return first
