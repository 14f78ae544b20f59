"""Turns as chat messages in OpenAI's form, and the tools as they were called."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from trialogue.records import Dialogue, ToolCall, Turn

Message = dict[str, Any]
_UNFIT = re.compile(r"[\s<|\\/>]+")
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array"}


def messages_of(dialogue: Dialogue) -> list[Message]:
    """The turns in order; each tool call is a message of its own, followed by its result.

    Read back, all messages of an assistant's turn are one turn again.
    """
    messages: list[Message] = []
    for turn in dialogue.turns:
        messages += _messages(turn, len(messages))
    return messages


def tools_of(dialogues: Sequence[Dialogue]) -> list[dict[str, Any]]:
    """The tools that are called as OpenAI tool definitions, by name.

    A record holds calls, not schemas: the parameters are those that calls gave, with the types
    that their values had.
    """
    seen: dict[str, dict[str, dict[str, str]]] = {}
    for call in (c for d in dialogues for turn in d.turns for c in turn.tool_calls):
        given = seen.setdefault(call.name, {})
        for name, value in call.arguments.items():
            given.setdefault(name, _schema(value))
    return [_tool(name, seen[name]) for name in sorted(seen)]


def _messages(turn: Turn, before: int) -> Iterator[Message]:
    named = {"name": _UNFIT.sub("_", turn.name)[:64]} if turn.name else {}
    for number, call in enumerate(turn.tool_calls):
        identity = f"call_{before + 2 * number}"
        asked = [{"id": identity, "type": "function", "function": _function(call)}]
        yield {"role": "assistant", "content": "", **named, "tool_calls": asked}
        yield {"role": "tool", "tool_call_id": identity, "content": call.result}
    if turn.text or not turn.tool_calls:
        yield {"role": turn.speaker, "content": turn.text, **named}


def _function(call: ToolCall) -> dict[str, str]:
    return {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)}


def _schema(value: Any) -> dict[str, str]:
    kind = _TYPES.get(type(value), "object")
    return {"type": kind} if value is not None else {}


def _tool(name: str, properties: dict[str, dict[str, str]]) -> dict[str, Any]:
    parameters = {"type": "object", "properties": dict(sorted(properties.items()))}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}
