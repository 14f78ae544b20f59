"""Tools that a model plays (METHOD §3): held to the result schema and to what was said before."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema, create_model

from trialogue.agents.tool_past import Conflict, Past, corrected
from trialogue.agents.writer import Draft, Writer, fenced
from trialogue.errors import AnswerError
from trialogue.records import ToolSpec
from trialogue.tools.toolset_schemas import JsonSchema
from trialogue.tools.toolset_tool import Arguments

ROLE = "tool_simulator"
_PROMPT = "simulate"
_EARLIER = 8
_LONG = 1_500
_ROOM = 800
_ANYTHING = {"type": "object"}
_NONE = {"en": "none", "zh": "无"}


class ToolSimulator:
    """Plays one tool of a domain."""

    def __init__(self, tool: ToolSpec, domain: str) -> None:
        self._tool, self._domain = tool, domain
        self._arguments = Arguments(tool)
        self._schema = tool.result or _ANYTHING
        self._model = cache(lambda: _answer_model(tool.name, self._schema))

    async def play(self, arguments: Mapping[str, Any], past: Past, writer: Writer) -> str:
        """The tool's answer as JSON, or "error: …"; `past` remembers it.

        The same look-up gives the same answer until something is written. An answer that
        contradicts what was asked for or said before is asked for once more with the conflict
        quoted, and then corrected by code; the writer's tally counts that as a rewrite and a
        fault. Raises what the caller raises, but for an answer that cannot be used at all.
        """
        name = self._tool.name
        fault = self._arguments.fault(arguments)
        known = fault or past.answer(name, arguments)
        if known is None:
            try:
                known = json.dumps(await self._made(arguments, past, writer), ensure_ascii=False)
            except AnswerError:
                known = f"error: {name} gave no usable result; it may be tried again"
        past.note(name, arguments, known)
        return known

    async def _made(self, arguments: Mapping[str, Any], past: Past, writer: Writer) -> Any:
        name, place = self._tool.name, len(past.calls)
        value = await self._asked(arguments, past, writer, (), ("simulate", place))
        conflicts = first = past.conflicts(name, arguments, value)
        if first:
            value = await self._asked(arguments, past, writer, first, ("simulate", place, "again"))
            conflicts = past.conflicts(name, arguments, value)
        faults = tuple(conflict.told for conflict in conflicts)
        writer.tally.count(_PROMPT, Draft("", rewrites=int(bool(first)), faults=faults))
        return self._consistent(value, conflicts)

    def _consistent(self, value: Any, conflicts: list[Conflict]) -> Any:
        """The answer corrected where it contradicts; as it is where the schema forbids that."""
        made = corrected(value, conflicts)
        return value if JsonSchema(self._schema).misfit(made) else made

    async def _asked(
        self,
        arguments: Mapping[str, Any],
        past: Past,
        writer: Writer,
        conflicts: Sequence[Conflict],
        path: tuple[str | int, ...],
    ) -> Any:
        nothing = _NONE[writer.language]
        answer = await writer.choice(
            ROLE,
            _PROMPT,
            {
                "domain": fenced(self._domain),
                "tool": fenced(f"{self._tool.name}: {self._tool.description}"),
                "schema": _short(self._schema),
                "earlier": _earlier(past) or nothing,
                "known": fenced("; ".join(conflict.told for conflict in conflicts)) or nothing,
                "arguments": _short(dict(arguments)),
            },
            self._model(),
            path=path,
            max_tokens=_ROOM,
        )
        return answer.model_dump(mode="json")["result"]


def _answer_model(name: str, schema: Mapping[str, Any]) -> type[BaseModel]:
    """A model of `{"result": …}` that holds the result to the raw JSON Schema."""
    from langchain_core.utils.json_schema import dereference_refs

    held = JsonSchema(schema)

    def fits(value: Any) -> Any:
        if misfit := held.misfit(value):
            raise ValueError(misfit)
        return value

    free = dereference_refs(dict(schema))
    free.pop("$defs", None)
    kind: Any = Annotated[Any, AfterValidator(fits), WithJsonSchema(free)]
    closed = ConfigDict(extra="forbid")
    return create_model(f"Result_{name}", __config__=closed, result=(kind, ...))


def _earlier(past: Past) -> str:
    """The last calls, newest last, as far as there is room."""
    lines: list[str] = []
    for call in reversed(past.calls[-_EARLIER:]):
        line = f"{call.name}({_short(call.arguments)}) -> {_cut(fenced(call.result))}"
        if sum(map(len, lines)) + len(line) > 2 * _LONG:
            break
        lines.insert(0, line)
    return "\n".join(lines)


def _short(value: Any) -> str:
    return _cut(fenced(json.dumps(value, ensure_ascii=False)))


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
