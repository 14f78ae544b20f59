"""Tools that are SQL: run for real, each dialogue on a database of its own."""

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from trialogue.errors import UsageError
from trialogue.records import Toolset, ToolSpec
from trialogue.tools.plain_text import usable_value
from trialogue.tools.sql_limits import Late, Session, SqlFailure, SqlLimits, Template
from trialogue.tools.sql_results import as_text
from trialogue.tools.sql_statement import Statement, dialect_of
from trialogue.tools.toolset_checks import TODAY, check_toolset, parsed_tool
from trialogue.tools.toolset_tool import LATE, Arguments, stateful_tool

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

_FILES = ("sqlite", "duckdb")
_WIDEST = 2**63
_SAID = 300


class _Ready(NamedTuple):
    """A tool that was checked against the database."""

    spec: ToolSpec
    statement: Statement
    arguments: Arguments


class SqlTools:
    """The tools of `toolset` that have SQL, over its database.

    `today` is what the bind `:today` says; `where` names the toolset in errors, its id otherwise.
    The database is laid out, or reached, at once; a dialogue's copy is made at its first call.
    Raises UsageError for a toolset with faults, a database that cannot be reached and SQL that it
    refuses. Close it, or use it with `with`.
    """

    def __init__(
        self,
        toolset: Toolset,
        *,
        today: date,
        limits: SqlLimits | None = None,
        where: str = "",
    ) -> None:
        self._place = f"{where or f'toolset {toolset.id}'}: "
        check_toolset(toolset, self._place)
        self._limits = limits or SqlLimits()
        self._today = today
        self._truths = _truths(toolset)
        self._sessions: dict[str, Session] = {}
        self._spare: list[Session] = []
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(self._limits.threads, thread_name_prefix="sql-tools")
        self._template = self._opened(toolset)
        try:
            self._tools = self._checked(toolset)
        except BaseException:
            self.close_all()
            raise

    def tools_for(self, key: str) -> list["BaseTool"]:
        """The tools for the dialogue `key`, in the toolset's order.

        Tools of the same key share one database, those of different keys nothing.
        """
        return [
            stateful_tool(tool.spec, partial(self._run, key, tool), partial(self._plain, key, tool))
            for tool in self._tools
        ]

    async def answer(self, key: str, name: str, arguments: Mapping[str, Any]) -> str:
        """The result of one call: JSON, or "error: …" of one line. Raises StopIteration for a
        name that has no SQL."""
        tool = next(tool for tool in self._tools if tool.spec.name == name)
        return await self._run(key, tool, **arguments)

    def close(self, key: str) -> None:
        """Forget what the dialogue `key` did; tools for it begin anew. Unknown keys are fine."""
        with self._lock:
            session = self._sessions.pop(key, None)
        if session is not None:
            session.close()

    def close_all(self) -> None:
        """Forget everything; a second time does nothing."""
        for key in tuple(self._sessions):
            self.close(key)
        while self._spare:
            self._spare.pop().close()
        self._pool.shutdown()
        self._template.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_all()

    async def _run(self, key: str, tool: _Ready, /, **arguments: Any) -> str:
        call: Callable[[], str] = partial(self._plain, key, tool, **arguments)
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def _plain(self, key: str, tool: _Ready, /, **arguments: Any) -> str:
        given: dict[str, Any] = usable_value(arguments)
        fault = tool.arguments.fault(given)
        if fault:
            return fault
        values = {TODAY: self._today.isoformat(), **tool.arguments.complete(given)}
        try:
            bound = {name: _bound(values[name]) for name in tool.statement.binds}
            outcome = self._session(key).run(tool.statement, bound)
            return as_text(outcome, self._limits, self._truths)
        except Late:
            return f"error: {tool.spec.name}{LATE}{self._limits.seconds:g} s"
        except (SqlFailure, UsageError) as error:
            return f"error: {str(error)[:_SAID]}"

    def _session(self, key: str) -> Session:
        with self._lock:
            session = self._sessions.get(key)
            if session is None and self._spare:
                session = self._sessions[key] = self._spare.pop()
        if session is not None:
            return session
        made = self._template.session()
        with self._lock:
            session = self._sessions.setdefault(key, made)
        if session is not made:
            made.close()
        return session

    def _opened(self, toolset: Toolset) -> Template:
        try:
            return _template(toolset, self._limits)
        except UsageError as error:
            raise UsageError(f"{self._place}{error}") from error

    def _checked(self, toolset: Toolset) -> list[_Ready]:
        dialect, tables = dialect_of(toolset.url), self._template.tables
        # Preparing changes nothing, so the first dialogue may have this one.
        try:
            self._spare.append(self._template.session())
        except (UsageError, SqlFailure) as error:
            raise UsageError(f"{self._place}{error}") from error
        found = []
        for tool in toolset.tools:
            if tool.sql is not None:
                statement = self._prepared(self._spare[0], tool, dialect, tables)
                found.append(_Ready(tool, statement, Arguments(tool)))
        return found

    def _prepared(self, session: Session, tool: ToolSpec, dialect: str, tables: Any) -> Statement:
        try:
            statement = parsed_tool(tool, dialect, tables)
            session.check(statement)
        except UsageError as error:
            raise UsageError(f"{self._place}{error}") from error
        except SqlFailure as error:
            raise UsageError(f"{self._place}tool {tool.name}: sql: {error}") from error
        return statement


def _template(toolset: Toolset, limits: SqlLimits) -> Template:
    kind, file = _file_of(toolset.url)
    if kind not in _FILES:
        from trialogue.tools.sql_server import ServerTemplate

        return ServerTemplate(str(toolset.url), toolset.tables, limits)
    if file is not None and toolset.tables:
        raise UsageError(f"url: {toolset.url} has tables of its own; leave out url or tables")
    if kind == "duckdb":
        from trialogue.tools.sql_duckdb import DuckdbTemplate

        return DuckdbTemplate(toolset.tables, limits, file)
    from trialogue.tools.sql_sqlite import SqliteTemplate

    return SqliteTemplate(toolset.tables, limits, file)


def _file_of(url: str | None) -> tuple[str, Path | None]:
    """The kind of database, and the file of an embedded one that is not made from the tables."""
    if url is None:
        return "sqlite", None
    kind, _, rest = url.partition("://")
    kind = kind.partition("+")[0]
    path = rest.removeprefix("/").partition("?")[0]
    return kind, Path(path) if path and path != ":memory:" else None


def _truths(toolset: Toolset) -> frozenset[str]:
    """Names that only columns of true and false have: SQLite keeps them as 1 and 0."""
    columns = [column for table in toolset.tables for column in table.columns]
    other = {column.name for column in columns if column.type != "boolean"}
    return frozenset(column.name for column in columns) - other


def _bound(value: Any) -> Any:
    """A value as a bind: lists and objects as JSON. Raises SqlFailure for what no column holds."""
    if isinstance(value, int) and abs(value) >= _WIDEST:
        raise SqlFailure(f"{str(value)[:40]} is too large a number")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value
