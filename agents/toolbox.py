"""An agent's tools, chosen as JSON by schema: works with and without native tool calls."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, create_model

from trialogue.records import ToolCall
from trialogue.tools.calling import call_tool

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

NONE = "none"
_CLOSED = ConfigDict(extra="forbid")


class Toolbox:
    """Tools with the schema and the description under which a model chooses among them."""

    def __init__(self, tools: Sequence["BaseTool"] = (), timeout: float = 30.0) -> None:
        self.tools = tuple(tools)
        self._timeout = timeout

    def __len__(self) -> int:
        return len(self.tools)

    def __contains__(self, name: str) -> bool:
        return any(tool.name == name for tool in self.tools)

    @cached_property
    def schema(self) -> type[BaseModel]:
        """A model whose `call` is one of the tools with its own arguments, or none."""
        union: Any = _call(NONE, create_model("NoArguments", __config__=_CLOSED))
        for tool in self.tools:
            union = union | _call(tool.name, tool.get_input_schema())
        return create_model("Decision", __config__=_CLOSED, call=(union, ...))

    @cached_property
    def described(self) -> str:
        """The tools as a list for a prompt: name, arguments, what each does."""
        lines = [
            f"- {tool.name}({', '.join(tool.args)}): {' '.join(tool.description.split())}"
            for tool in self.tools
        ]
        return "\n".join([*lines, f"- {NONE}(): nothing needs looking up"])

    async def call(self, name: str, arguments: dict[str, Any]) -> ToolCall:
        """Call a tool; whatever happens becomes the call's result."""
        return await call_tool(self.tools, name, arguments, timeout=self._timeout)

    async def carry_out(self, decision: BaseModel) -> ToolCall | None:
        """Call what a validated answer of `schema` decided; None for "none"."""
        call = decision.model_dump(mode="json")["call"]
        if call["tool"] == NONE:
            return None
        return await self.call(call["tool"], call["arguments"])


def _call(name: str, arguments: type[Any]) -> Any:
    named: Any = Literal[name]
    return create_model(
        f"Call_{name}", __config__=_CLOSED, tool=(named, ...), arguments=(arguments, ...)
    )
