"""The tools of a toolset for a dialogue: those with SQL run for real, a model plays the others."""

from collections.abc import Callable, Coroutine
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from trialogue.agents.tool_past import Past
from trialogue.agents.tool_simulator import ToolSimulator
from trialogue.agents.writer import Writer
from trialogue.errors import UsageError
from trialogue.records import Toolset, ToolSpec
from trialogue.tools.making import finish
from trialogue.tools.sql_limits import SqlLimits
from trialogue.tools.sql_tools import SqlTools
from trialogue.tools.toolset_checks import check_toolset
from trialogue.tools.toolset_tool import stateful_tool

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool


class ToolsetTools:
    """Makes the tools of `toolset` for one dialogue after the other, or many at once.

    `today` is the day in the dialogues, for the bind `:today`; `where` names the toolset in
    errors, such as its file, and is its id otherwise. Raises UsageError for a toolset with faults
    and a database that cannot be laid out or reached; making it takes a moment, so do it in a
    thread. Close it, or use it with `with`.
    """

    def __init__(
        self,
        toolset: Toolset,
        *,
        today: date,
        limits: SqlLimits | None = None,
        where: str = "",
    ) -> None:
        check_toolset(toolset, f"{where or f'toolset {toolset.id}'}: ")
        self.toolset = toolset
        self._pasts: dict[str, Past] = {}
        self._simulators = {
            tool.name: ToolSimulator(tool, toolset.domain)
            for tool in toolset.tools
            if tool.sql is None
        }
        executed = len(self._simulators) < len(toolset.tools)
        self._sql = SqlTools(toolset, today=today, limits=limits, where=where) if executed else None

    @property
    def simulated(self) -> bool:
        """Whether a model plays some of the tools, in the role `tool_simulator`."""
        return bool(self._simulators)

    def tools_for(self, key: str, writer: Writer | None = None) -> list["BaseTool"]:
        """The tools for the dialogue `key`, in the toolset's order.

        Tools of one key share what was done and said under it, also when they are made again;
        tools of different keys share nothing. `writer` is the dialogue's, for played tools;
        raises UsageError if it is needed and not given.
        """
        past = self._pasts.setdefault(key, Past())
        return [self._tool(key, tool, past, writer) for tool in self.toolset.tools]

    def close(self, key: str) -> None:
        """Forget what was done and said under `key`; unknown keys are fine."""
        self._pasts.pop(key, None)
        if self._sql is not None:
            self._sql.close(key)

    def close_all(self) -> None:
        """Forget everything and let go of the database; a second time does nothing."""
        self._pasts.clear()
        if self._sql is not None:
            self._sql.close_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_all()

    def _tool(self, key: str, tool: ToolSpec, past: Past, writer: Writer | None) -> "BaseTool":
        run: Callable[..., Coroutine[Any, Any, str]]
        if tool.name in self._simulators:
            if writer is None:
                raise UsageError(f"tool {tool.name} has no SQL; a model must play it")
            run = partial(_played, self._simulators[tool.name], past, writer)
        else:
            assert self._sql is not None
            run = partial(_executed, self._sql, key, tool.name, past)
        return stateful_tool(tool, run, lambda **arguments: finish(run(**arguments)))


async def _played(simulator: ToolSimulator, past: Past, writer: Writer, /, **arguments: Any) -> str:
    return await simulator.play(arguments, past, writer)


async def _executed(sql: SqlTools, key: str, name: str, past: Past, /, **arguments: Any) -> str:
    result = await sql.answer(key, name, arguments)
    past.note(name, arguments, result)
    return result
