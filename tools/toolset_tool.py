"""Tools whose calls belong to a dialogue: what one call leaves behind, the next one meets."""

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from trialogue.records import ToolSpec
from trialogue.tools.toolset_schemas import JsonSchema

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

_MARK = "trialogue_stateful"
LATE = " took longer than "

Run = Callable[..., Coroutine[Any, Any, str]]


def stateful_tool(tool: ToolSpec, run: Run, plain: Callable[..., str]) -> "BaseTool":
    """The LangChain tool of `tool`: `run` for asynchronous, `plain` for other callers.

    A Toolbox calls it without a time limit of its own, and calls it again on a replay, so that
    what it keeps comes into the same state.
    """
    from langchain_core.tools import StructuredTool

    return StructuredTool(
        name=tool.name,
        description=tool.description or tool.name,
        args_schema=dict(tool.parameters),
        coroutine=run,
        func=plain,
        metadata={_MARK: True},
    )


def stateful(tool: "BaseTool") -> Run | None:
    """What a stateful tool runs; None for every other tool."""
    marked = (tool.metadata or {}).get(_MARK)
    return getattr(tool, "coroutine", None) if marked else None


def left_no_trace(result: str) -> bool:
    """Whether a call ended by its time limit: it changed nothing, and another day it might."""
    return result.startswith("error: ") and LATE in result


class Arguments:
    """The arguments that a tool takes."""

    def __init__(self, tool: ToolSpec) -> None:
        self._name, self._schema = tool.name, JsonSchema(tool.parameters)
        self._properties: Mapping[str, Any] = tool.parameters.get("properties", {})
        self._open = bool(tool.parameters.get("additionalProperties", False))

    def fault(self, arguments: Mapping[str, Any]) -> str | None:
        """The result of a call with unfit arguments; None if they are fit."""
        misfit = self._schema.misfit(dict(arguments)) or self._unknown(arguments)
        return f"error: {self._name} was called with unfit arguments: {misfit}" if misfit else None

    def complete(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """A value for every parameter: as given, else by default, else None."""
        return {
            name: arguments.get(name, part.get("default") if isinstance(part, dict) else None)
            for name, part in self._properties.items()
        }

    def _unknown(self, arguments: Mapping[str, Any]) -> str | None:
        unknown = [name for name in arguments if name not in self._properties]
        if self._open or not unknown:
            return None
        there = ", ".join(self._properties) or "none"
        return f"no argument is called {unknown[0]!r}; there are {there}"
