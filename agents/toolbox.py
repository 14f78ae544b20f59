"""An agent's tools, chosen as JSON by schema: works with and without native tool calls."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, WithJsonSchema, create_model

from trialogue.agents.seeds import Step
from trialogue.agents.writer import Writer
from trialogue.memory.journal import canonical, key_of
from trialogue.memory.spans import span
from trialogue.records import ToolCall
from trialogue.tools.calling import call_tool
from trialogue.tools.plain_text import usable, usable_value
from trialogue.tools.toolset_tool import left_no_trace, stateful

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
            union = union | _call(tool.name, _arguments(tool))
        return create_model("Decision", __config__=_CLOSED, call=(union, ...))

    @cached_property
    def described(self) -> str:
        """The tools as a list for a prompt: name, arguments, what each does."""
        lines = [
            f"- {tool.name}({', '.join(_names(tool))}): {' '.join(tool.description.split())}"
            for tool in self.tools
        ]
        return "\n".join([*lines, f"- {NONE}(): nothing needs looking up"])

    async def call(
        self, name: str, arguments: dict[str, Any], writer: Writer, path: Sequence[Step]
    ) -> ToolCall:
        """Call a tool; whatever happens becomes the call's result.

        The journal keeps it for this place of the run (the writer's seed and `path`), so that a
        replay takes the same result without a call. A stateful tool is called on a replay too:
        its result is the one that is kept, but what it keeps itself must come into the same
        state. It has limits of its own, and may raise what ends a run (LimitReached, ModelError).
        """
        arguments = usable_value(arguments)
        with span("TOOL", name) as seen:
            called, replayed = await self._called(name, arguments, writer, path)
            seen.spoke(canonical(called.arguments), called.result)
            seen.note(replayed=replayed)
        return called

    async def _called(
        self, name: str, arguments: Any, writer: Writer, path: Sequence[Step]
    ) -> tuple[ToolCall, bool]:
        """The call, and whether its result was in the journal."""
        place = {"seed": writer.seed, "path": list(path), "tool": name, "arguments": arguments}
        key = f"tool/{key_of(canonical(place))}"
        journal = writer.caller.journal
        known = journal.recall(key)
        if known is not None:
            called = ToolCall.model_validate(known)
            if not left_no_trace(called.result):
                await self._run_stateful(name, called.arguments)
            return called, True
        called = await self._run_stateful(name, arguments) or await call_tool(
            self.tools, name, arguments, timeout=self._timeout
        )
        journal.remember(key, called.model_dump(mode="json"))
        return called, False

    async def _run_stateful(self, name: str, arguments: Any) -> ToolCall | None:
        """The call of a stateful tool; None for any other."""
        tool = next((tool for tool in self.tools if tool.name == name), None)
        run = stateful(tool) if tool is not None else None
        if run is None or not isinstance(arguments, dict):
            return None
        return ToolCall(name=name, arguments=arguments, result=usable(await run(**arguments)))

    async def carry_out(
        self, decision: BaseModel, writer: Writer, path: Sequence[Step]
    ) -> ToolCall | None:
        """Call what a validated answer of `schema` decided; None for "none"."""
        call = decision.model_dump(mode="json")["call"]
        if call["tool"] == NONE:
            return None
        return await self.call(call["tool"], call["arguments"], writer, path)


def _arguments(tool: "BaseTool") -> Any:
    """The type of a tool's arguments; one that brings JSON Schema checks them itself."""
    schema = tool.tool_call_schema
    if not isinstance(schema, dict):
        return schema
    from langchain_core.utils.json_schema import dereference_refs

    free = {"type": "object", "properties": {}, **dereference_refs(schema)}
    free.pop("$defs", None)
    return Annotated[dict[str, Any], WithJsonSchema(free)]


def _names(tool: "BaseTool") -> Sequence[str]:
    schema = tool.tool_call_schema
    return tuple(schema.get("properties", ()) if isinstance(schema, dict) else tool.args)


def _call(name: str, arguments: Any) -> Any:
    named: Any = Literal[name]
    return create_model(
        f"Call_{name}", __config__=_CLOSED, tool=(named, ...), arguments=(arguments, ...)
    )
