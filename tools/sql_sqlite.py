"""SQLite for tools: a template in memory, and for each dialogue a copy with everything shut that
a tool does not need.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from trialogue.errors import UsageError
from trialogue.records import Table
from trialogue.tools.plugins import one_line
from trialogue.tools.sql_functions import ALLOWED
from trialogue.tools.sql_layout import creating, filling, metadata_of
from trialogue.tools.sql_limits import Late, Outcome, SqlFailure, SqlLimits, Turnstile
from trialogue.tools.sql_statement import Statement

# The progress handler is asked this often, in steps of the virtual machine.
_STEPS = 1_000
_IN_MEMORY = 16 * 2**20
_NAMES = (
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'"
)
_READING = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE)
_ON_TABLES = (sqlite3.SQLITE_READ, sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE)
_BOUNDS = {
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 20_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 25_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 50,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 200,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 10,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}


class SqliteTemplate:
    """The toolset's tables, or a copy of the file `source`; each session gets a copy of it.

    Raises UsageError if the tables cannot be laid out or the file cannot be read.
    """

    def __init__(
        self, tables: Sequence[Table], limits: SqlLimits, source: Path | None = None
    ) -> None:
        self._limits, self._lock = limits, threading.Lock()
        self._db = _connect(":memory:")
        try:
            if source is None:
                _lay_out(self._db, tables)
            else:
                _copy(source, self._db)
            self.tables: Sequence[str] = [name for (name,) in self._db.execute(_NAMES)]
        except sqlite3.Error as error:
            self._db.close()
            what = f"url: {source} cannot be read" if source else "tables cannot be laid out"
            raise UsageError(f"{what}: {one_line(error)}") from error

    def session(self) -> "SqliteSession":
        """A copy of its own, in memory; on disk, in a file without a name, where it is large."""
        try:
            with self._lock:
                copy = _connect("" if _size(self._db) > _IN_MEMORY else ":memory:")
                self._db.backup(copy)
            return SqliteSession(copy, self.tables, self._limits)
        except sqlite3.Error as error:
            raise SqlFailure(one_line(error)) from error

    def close(self) -> None:
        """Forget the template."""
        self._db.close()


class SqliteSession:
    """One dialogue's copy."""

    def __init__(self, db: sqlite3.Connection, tables: Sequence[str], limits: SqlLimits) -> None:
        self._db, self._limits, self._turnstile = db, limits, Turnstile()
        self._own = self._late = False
        self._tables = {name.lower() for name in tables}
        self._shut_in()

    def run(self, statement: Statement, values: Mapping[str, Any]) -> Outcome:
        """As `Session.run`."""
        with self._turnstile, self._explained(), self._bounded(), self._whole():
            cursor = self._db.execute(statement.text, dict(values))
            with closing(cursor):
                names = [column[0] for column in cursor.description or ()]
                rows = _some(cursor, self._limits.rows + 1, drain=statement.writes)
            affected = self._changed() if statement.writes else None
            return Outcome(names, rows, affected)

    def check(self, statement: Statement) -> None:
        """As `Session.check`."""
        nothing = dict.fromkeys(statement.binds)
        with self._turnstile, self._explained(), self._bounded():
            self._db.execute(f"EXPLAIN {statement.text}", nothing).close()

    def close(self) -> None:
        """As `Session.close`."""
        if self._turnstile.shut():
            self._db.close()

    def _shut_in(self) -> None:
        room = self._limits.megabytes * 2**20 // _page(self._db)
        pages = self._db.execute("PRAGMA page_count").fetchone()[0] + room
        for setting in (
            f"max_page_count = {pages}",
            "foreign_keys = ON",
            "trusted_schema = OFF",
            "cell_size_check = ON",
            "recursive_triggers = OFF",
        ):
            self._db.execute(f"PRAGMA {setting}").close()
        for bound, value in {sqlite3.SQLITE_LIMIT_LENGTH: self._limits.text, **_BOUNDS}.items():
            self._db.setlimit(bound, value)
        self._db.set_authorizer(self._allowed)

    def _allowed(
        self,
        action: int,
        first: str | None,
        second: str | None,
        base: str | None,
        inner: str | None,
    ) -> int:
        """What SQLite may compile: reading and writing the toolset's tables, and nothing else."""
        if action in _READING or (self._own and action == sqlite3.SQLITE_TRANSACTION):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION:
            known = (second or "").lower() in (ALLOWED | {"changes"} if self._own else ALLOWED)
            return sqlite3.SQLITE_OK if known else sqlite3.SQLITE_DENY
        # A name without a database is one that the statement itself gives (WITH).
        named = (first or "").lower() in self._tables or (
            action == sqlite3.SQLITE_READ and base is None and not second
        )
        on_table = action in _ON_TABLES or action == sqlite3.SQLITE_DELETE
        return sqlite3.SQLITE_OK if on_table and named else sqlite3.SQLITE_DENY

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """Ends a statement after so many steps or so much processor time of this thread."""
        start, asked, limits = time.thread_time(), 0, self._limits
        self._late = False

        def over() -> bool:
            nonlocal asked
            asked += 1
            spent = asked * _STEPS > limits.steps or time.thread_time() - start > limits.seconds
            self._late = self._late or spent
            return spent

        self._db.set_progress_handler(over, _STEPS)
        try:
            yield
        finally:
            self._db.set_progress_handler(None, 0)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """All of it or nothing."""
        self._do("BEGIN")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:
                self._do("ROLLBACK")
            raise
        self._do("COMMIT")

    def _do(self, sql: str) -> Any:
        self._own = True
        try:
            return self._db.execute(sql).fetchone()
        finally:
            self._own = False

    def _changed(self) -> int:
        return int(self._do("SELECT changes()")[0])

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OverflowError, UnicodeError, RecursionError) as error:
            if self._late:
                raise Late(f"took longer than {self._limits.seconds:g} s") from error
            raise SqlFailure(" ".join(str(error).split()) or type(error).__name__) from error


def _some(cursor: sqlite3.Cursor, most: int, *, drain: bool) -> list[Sequence[Any]]:
    rows = cursor.fetchmany(most)
    while drain and cursor.fetchmany(1_000):
        pass
    return rows


def _connect(path: str) -> sqlite3.Connection:
    """A connection that any thread may use, and that compiles every statement anew: what is
    cached is not asked about again."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=0)


def _lay_out(db: sqlite3.Connection, tables: Sequence[Table]) -> None:
    made = metadata_of(tables)
    for statement in creating(made, "sqlite"):
        db.execute(statement)
    for name, columns, rows in filling(tables, made):
        places = ", ".join("?" * len(columns))
        listed = ", ".join(f'"{column}"' for column in columns)
        db.executemany(f'INSERT INTO "{name}" ({listed}) VALUES ({places})', rows)


def _copy(source: Path, db: sqlite3.Connection) -> None:
    address = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as original:
        original.backup(db)


def _page(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA page_size").fetchone()[0])


def _size(db: sqlite3.Connection) -> int:
    return _page(db) * int(db.execute("PRAGMA page_count").fetchone()[0])
