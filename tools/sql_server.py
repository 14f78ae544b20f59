"""A database server for tools, by its SQLAlchemy URL: one connection and one transaction for a
dialogue, rolled back at its end.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from trialogue.errors import UsageError
from trialogue.records import Table
from trialogue.tools.plugins import one_line
from trialogue.tools.sql_layout import filling, metadata_of
from trialogue.tools.sql_limits import Late, Outcome, SqlFailure, SqlLimits, Turnstile
from trialogue.tools.sql_statement import Statement

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

_PATIENCE = {"postgresql": "connect_timeout", "mysql": "connect_timeout"}
_LATE = ("statement timeout", "maximum statement execution time", "max_statement_time")
_EXPLAINED = ("postgresql", "mysql", "mariadb")


class ServerTemplate:
    """A server's tables as they are or, where the toolset has tables, temporary ones of each
    dialogue's own connection.

    Raises UsageError if the URL is unfit, its driver is missing or the server does not answer.
    """

    def __init__(self, url: str, tables: Sequence[Table], limits: SqlLimits) -> None:
        self._limits, self._own = limits, tuple(tables)
        self._engine = _engine(url)
        with _reaching(self._engine), self._engine.connect() as connection:
            self.tables: Sequence[str] = [table.name for table in tables] or _names(connection)

    def session(self) -> "ServerSession":
        """A connection of its own, in a transaction that is never committed."""
        with _reaching(self._engine):
            connection = self._engine.connect()
            try:
                if self._own:
                    _lay_out(connection, self._own)
            except BaseException:
                connection.close()
                raise
        return ServerSession(connection, self._limits)

    def close(self) -> None:
        """Nothing stays open after the sessions."""
        self._engine.dispose()


class ServerSession:
    """One dialogue's connection; a savepoint around each call."""

    def __init__(self, connection: "Connection", limits: SqlLimits) -> None:
        self._connection, self._limits, self._turnstile = connection, limits, Turnstile()

    def run(self, statement: Statement, values: Mapping[str, Any]) -> Outcome:
        """As `Session.run`."""
        bound = {name: values[name] for name in statement.binds}
        with self._turnstile, self._explained(), self._connection.begin_nested():
            self._bound_time()
            result = self._connection.execute(_text(statement.with_escapes()), bound)
            affected = result.rowcount if statement.writes else None
            if not result.returns_rows:
                return Outcome(affected=affected)
            names = list(result.keys())
            return Outcome(names, result.fetchmany(self._limits.rows + 1), affected)

    def check(self, statement: Statement) -> None:
        """As `Session.check`, where the server can explain statements."""
        if self._connection.dialect.name not in _EXPLAINED:
            return
        nothing = dict.fromkeys(statement.binds)
        with self._turnstile, self._explained(), self._connection.begin_nested():
            self._connection.execute(_text(f"EXPLAIN {statement.with_escapes()}"), nothing)

    def close(self) -> None:
        """As `Session.close`."""
        if self._turnstile.shut():
            self._connection.close()

    def _bound_time(self) -> None:
        """Bounds this call, where the server knows how."""
        milliseconds = int(self._limits.seconds * 1000)
        setting = {
            "postgresql": f"SET LOCAL statement_timeout = {milliseconds}",
            "mysql": f"SET SESSION max_execution_time = {milliseconds}",
            "mariadb": f"SET SESSION max_statement_time = {self._limits.seconds}",
        }.get(self._connection.dialect.name)
        if setting:
            self._connection.execute(_text(setting))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (SQLAlchemyError, UnicodeError, OverflowError) as error:
            said = _said(error)
            if any(sign in said for sign in _LATE):
                raise Late(f"took longer than {self._limits.seconds:g} s") from error
            raise SqlFailure(said) from error


def _engine(url: str) -> "Engine":
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    try:
        address = sa.make_url(url)
        patience = _PATIENCE.get(address.get_backend_name())
        known = patience is None or patience in address.query
        given = {} if patience is None or known else {patience: 5}
        return sa.create_engine(address, connect_args=given, poolclass=sa.NullPool)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"url: the driver {error.name!r} is not installed; run pip install {error.name}"
        ) from error
    except (SQLAlchemyError, ValueError) as error:
        raise UsageError(
            "url: not a SQLAlchemy URL; write it like postgresql+psycopg://user@host/database"
        ) from error


@contextmanager
def _reaching(engine: "Engine") -> Iterator[None]:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        shown = engine.url.render_as_string(hide_password=True)
        raise UsageError(f"url: {shown} cannot be reached: {_said(error)}") from error


def _names(connection: "Connection") -> list[str]:
    import sqlalchemy as sa

    seen = sa.inspect(connection)
    return [*seen.get_table_names(), *seen.get_view_names()]


def _lay_out(connection: "Connection", tables: Sequence[Table]) -> None:
    made = metadata_of(tables, temporary=True)
    made.create_all(connection, checkfirst=False)
    for name, columns, rows in filling(tables, made):
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        connection.execute(made.tables[name].insert(), [_native(made, name, r) for r in records])


def _native(made: Any, name: str, record: dict[str, Any]) -> dict[str, Any]:
    """Dates as SQLAlchemy's own type wants them."""
    import sqlalchemy as sa

    kinds = made.tables[name].columns
    return {
        key: _date(value) if isinstance(kinds[key].type, sa.Date) else value
        for key, value in record.items()
    }


def _date(value: Any) -> Any:
    from datetime import date

    return value if value is None else date.fromisoformat(value)


def _text(sql: str) -> Any:
    import sqlalchemy as sa

    return sa.text(sql)


def _said(error: BaseException) -> str:
    """The driver's own message, its first line; never the statement or its values."""
    cause: Any = getattr(error, "orig", None) or error
    with contextlib.suppress(AttributeError):
        return str(cause.diag.message_primary or one_line(cause))
    return one_line(cause)
