"""DuckDB for tools: for each dialogue a database in memory that reaches nothing outside."""

import contextlib
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialogue.errors import UsageError
from trialogue.records import Table
from trialogue.tools.plugins import one_line
from trialogue.tools.sql_layout import creating, filling, metadata_of, next_id
from trialogue.tools.sql_limits import Late, Outcome, SqlFailure, SqlLimits, Turnstile
from trialogue.tools.sql_statement import Statement
from trialogue.tools.toolset_rows import alone_key

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NAMES = "SELECT table_name FROM information_schema.tables ORDER BY table_name"
_ALLOWED = ("SELECT", "INSERT", "UPDATE", "DELETE")
_SHUT = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "''",
    "enable_external_access": "false",
    "lock_configuration": "true",
}


class DuckdbTemplate:
    """The toolset's tables, or the file `source`; each session gets a copy of it.

    Raises UsageError if DuckDB is not installed, if the tables cannot be laid out or the file
    cannot be read.
    """

    def __init__(
        self, tables: Sequence[Table], limits: SqlLimits, source: Path | None = None
    ) -> None:
        self._duckdb = _imported()
        self._limits, self._file = limits, source
        self._config = _small(self._duckdb)
        if source is not None and not source.is_file():
            raise UsageError(f"url: {source}: there is no such file")
        try:
            self._made = [] if source else list(_layout(tables))
            self._spare = deque([self._copy()])
            names = self._spare[0].execute(_NAMES).fetchall()
            self.tables: Sequence[str] = [name for (name,) in names]
        except self._duckdb.Error as error:
            what = f"url: {source} cannot be read" if source else "tables cannot be laid out"
            raise UsageError(f"{what}: {one_line(error)}") from error

    def session(self) -> "DuckdbSession":
        """A copy of its own, in memory."""
        try:
            return DuckdbSession(self._spare.pop(), self._limits)
        except IndexError:
            return self._fresh()

    def close(self) -> None:
        """Nothing stays open after the sessions."""
        while self._spare:
            self._spare.pop().close()

    def _fresh(self) -> "DuckdbSession":
        try:
            return DuckdbSession(self._copy(), self._limits)
        except self._duckdb.Error as error:
            raise SqlFailure(_said(error)) from error

    def _copy(self) -> "DuckDBPyConnection":
        db: DuckDBPyConnection = self._duckdb.connect(":memory:", config=self._config)
        for statement, values in self._made:
            db.execute(statement, values)
        if self._file is not None:
            file = str(self._file).replace("'", "''")
            db.execute(f"ATTACH '{file}' AS template (READ_ONLY)")
            db.execute("COPY FROM DATABASE template TO memory")
            db.execute("DETACH template")
        db.execute(f"SET memory_limit = '{self._limits.megabytes}MB'")
        for setting, value in _SHUT.items():
            db.execute(f"SET {setting} = {value}")
        return db


class DuckdbSession:
    """One dialogue's copy."""

    def __init__(self, db: "DuckDBPyConnection", limits: SqlLimits) -> None:
        self._duckdb = _imported()
        self._db, self._limits, self._turnstile = db, limits, Turnstile()

    def run(self, statement: Statement, values: Mapping[str, Any]) -> Outcome:
        """As `Session.run`."""
        with self._turnstile, self._explained(), self._whole():
            prepared = self._single(statement)
            result = self._db.execute(prepared, {name: values[name] for name in statement.binds})
            names = [str(column[0]) for column in result.description or ()]
            if statement.writes and not statement.returns:
                return Outcome(affected=int((result.fetchone() or (0,))[0]))
            rows, all_of = _some(result, self._limits.rows + 1, drain=statement.writes)
            return Outcome(names, rows, all_of if statement.writes else None)

    def check(self, statement: Statement) -> None:
        """As `Session.check`."""
        nothing = dict.fromkeys(statement.binds)
        with self._turnstile, self._explained():
            self._single(statement)
            self._db.execute(f"EXPLAIN {statement.with_dollars()}", nothing).fetchall()

    def close(self) -> None:
        """As `Session.close`."""
        if self._turnstile.shut():
            self._db.close()

    def _single(self, statement: Statement) -> Any:
        """The statement as DuckDB itself reads it: one, and of a kind that tools may use."""
        found = self._db.extract_statements(statement.with_dollars())
        if len(found) != 1 or found[0].type.name not in _ALLOWED:
            raise SqlFailure("not authorized")
        return found[0]

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """All of it within the time, or nothing."""
        bell = threading.Timer(self._limits.seconds, self._db.interrupt)
        self._db.execute("BEGIN")
        bell.start()
        try:
            yield
        except BaseException:
            _silence(bell)
            with contextlib.suppress(self._duckdb.Error):
                self._db.execute("ROLLBACK")
            raise
        _silence(bell)
        self._db.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except self._duckdb.InterruptException as error:
            raise Late(f"took longer than {self._limits.seconds:g} s") from error
        except (self._duckdb.Error, OverflowError, UnicodeError) as error:
            raise SqlFailure(_said(error)) from error


def _silence(bell: threading.Timer) -> None:
    """Afterwards it cannot ring into another statement."""
    bell.cancel()
    bell.join()


def _imported() -> Any:
    try:
        import duckdb
    except ModuleNotFoundError as error:
        raise UsageError("url: DuckDB is not installed; run pip install duckdb") from error
    return duckdb


def _small(duckdb: Any) -> dict[str, str]:
    """One thread, and none that waits for files: there are as many databases as dialogues."""
    asked = "SELECT name FROM duckdb_settings() WHERE name = 'async_threads'"
    with contextlib.closing(duckdb.connect(":memory:")) as db:
        known = db.execute(asked).fetchone()
    return {"threads": "1"} | ({"async_threads": "0"} if known else {})


def _layout(tables: Sequence[Table]) -> Iterator[tuple[str, list[Any]]]:
    """The statements, with their values, that make the tables and fill them."""
    made = metadata_of(tables, sequences=True)
    for table in tables:
        key = next((c for c in table.columns if c.name == alone_key(table)), None)
        if key is not None and key.type == "integer":
            yield f'CREATE SEQUENCE "{table.name}_ids" START {next_id(table, key.name)}', []
    for statement in creating(made, "postgresql"):
        yield statement, []
    for name, columns, rows in filling(tables, made):
        listed = ", ".join(f'"{column}"' for column in columns)
        places = ", ".join([f"({', '.join('?' * len(columns))})"] * len(rows))
        flat = [value for row in rows for value in row]
        yield f'INSERT INTO "{name}" ({listed}) VALUES {places}', flat


def _some(result: Any, most: int, *, drain: bool) -> tuple[list[Any], int]:
    rows = result.fetchmany(most)
    count = len(rows)
    while drain and (more := result.fetchmany(1_000)):
        count += len(more)
    return rows, count


def _said(error: Exception) -> str:
    """DuckDB's message without the excerpt of the statement and the advice after it."""
    text = str(error).partition("\n")[0].partition(". If this is an unexpected")[0]
    return " ".join(text.split()) or type(error).__name__
