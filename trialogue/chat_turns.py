"""Chat messages in OpenAI's form as turns, each tool call with its result."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from trialogue.plain_json import checked, read_json
from trialogue.records import ToolCall, Turn

_SILENT = ("system", "developer")
_ROLES = ("user", "assistant", "tool", *_SILENT)


def turns_of(messages: Sequence[Any]) -> tuple[Turn, ...]:
    """The turns of a conversation; what system messages say is left out.

    An assistant's messages before and after tool results are one turn. Raises ValueError that
    names the message, counted from 1.
    """
    reading = _Reading()
    for number, message in enumerate(messages, start=1):
        reading.number = number
        reading.take(message)
    reading.close()
    return tuple(reading.turns)


@dataclass
class _Reading:
    """The turns so far, and the assistant's turn that is still open."""

    turns: list[Turn] = field(default_factory=list)
    number: int = 0
    _open: bool = False
    _after_result: bool = False
    _name: str = ""
    _texts: list[str] = field(default_factory=list)
    _calls: dict[str, ToolCall] = field(default_factory=dict)
    _pending: set[str] = field(default_factory=set)

    def take(self, message: Any) -> None:
        """Read one message. Raises ValueError."""
        if not isinstance(message, Mapping):
            self._refuse("expected an object with role and content")
        role = message.get("role")
        if role == "tool":
            self._result(message)
        elif role == "assistant":
            self._assistant(message)
        elif role == "user":
            self.close()
            self._add(Turn(speaker="user", text=self._text(message), name=_name(message)))
        elif role not in _SILENT:
            self._refuse(f"unknown role {_short(role)}; there are {', '.join(_ROLES)}")

    def close(self) -> None:
        """End the assistant's turn, if one is open. Raises ValueError."""
        if not self._open:
            return
        if self._pending:
            named = ", ".join(c.name for i, c in self._calls.items() if i in self._pending)
            self._refuse(f"no result until here for the tool call of {named}")
        text, calls = "\n".join(filter(None, self._texts)), tuple(self._calls.values())
        self._open = self._after_result = False
        self._texts, self._calls = [], {}
        self._add(Turn(speaker="assistant", text=text, name=self._name, tool_calls=calls))

    def _assistant(self, message: Mapping[str, Any]) -> None:
        if self._pending or not self._after_result:
            self.close()
        self._open, self._after_result, self._name = True, False, _name(message)
        self._texts.append(self._text(message))
        calls = message.get("tool_calls") or ()
        if not isinstance(calls, list | tuple):
            self._refuse("tool_calls is not a list")
        for call in calls:
            self._call(call)

    def _call(self, call: Any) -> None:
        function = call.get("function", call) if isinstance(call, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
            self._refuse("a tool call without the name of a function")
        identity = call.get("id")
        if not isinstance(identity, str) or identity in self._calls:
            self._refuse(f"the call of {function['name']} needs an id of its own")
        arguments = self._arguments(function.get("arguments"))
        self._calls[identity] = ToolCall(name=function["name"], arguments=arguments)
        self._pending.add(identity)

    def _arguments(self, given: Any) -> dict[str, Any]:
        try:
            read = read_json(given or "{}") if isinstance(given, str | None) else checked(given)
        except ValueError:
            read = None
        if not isinstance(read, dict):
            self._refuse(f"arguments that are no JSON object: {_short(given)}")
        return read

    def _result(self, message: Mapping[str, Any]) -> None:
        identity = message.get("tool_call_id")
        if not isinstance(identity, str) or identity not in self._pending:
            self._refuse(f"tool_call_id {_short(identity)} matches no open tool call")
        result = self._text(message)
        self._calls[identity] = self._calls[identity].model_copy(update={"result": result})
        self._pending.remove(identity)
        self._after_result = True

    def _text(self, message: Mapping[str, Any]) -> str:
        content = message.get("content")
        if not isinstance(content, list):
            content = [content or ""]
        return "".join(self._part(part) for part in content)

    def _part(self, part: Any) -> str:
        if isinstance(part, Mapping):
            part = part.get("text") if part.get("type", "text") == "text" else None
        if not isinstance(part, str):
            self._refuse("content that is not text; only text is read")
        return part

    def _add(self, turn: Turn) -> None:
        if not turn.text.strip():
            raise ValueError(f"turn {len(self.turns) + 1}: the {turn.speaker} says nothing")
        self.turns.append(turn)

    def _refuse(self, why: str) -> NoReturn:
        raise ValueError(f"message {self.number}: {why}")


def _name(message: Mapping[str, Any]) -> str:
    name = message.get("name")
    return name if isinstance(name, str) else ""


def _short(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"
