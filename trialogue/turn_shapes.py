"""The turns of a dialogue that was made elsewhere, recognised by its keys."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from trialogue.chat_turns import turns_of
from trialogue.plain_json import read_json
from trialogue.records import Turn
from trialogue.yaml_files import told

EXPECTED = (
    "expected a record of a run, {messages: [{role, content}]}, {conversations: [{from, value}]}, "
    "{turns: [{speaker, text}]} or {context: lines that begin with user: or assistant:}"
)
_SPEAKERS = {
    **dict.fromkeys(("user", "human", "customer", "用户", "客户", "顾客"), "user"),
    **dict.fromkeys(("assistant", "gpt", "chatgpt", "bot", "model", "bing", "bard"), "assistant"),
    **dict.fromkeys(("agent", "助手", "客服", "助理"), "assistant"),
    **dict.fromkeys(("system", "developer", "系统"), "system"),
    **dict.fromkeys(("tool", "observation", "function_response"), "tool"),
    **dict.fromkeys(("function_call", "tool_call"), "function_call"),
}
_PREFIX = re.compile(
    "^[ \\t]*(user|human|customer|assistant|agent|用户|客户|顾客|客服|助手|助理)[ \\t]*[:：]",
    re.IGNORECASE | re.MULTILINE,
)


def foreign_turns(value: Any) -> tuple[Turn, ...]:
    """The turns that a JSON value holds. Raises ValueError that says what is wrong with them."""
    if is_messages(value):
        return turns_of(value)
    for key, read in _SHAPES.items():
        if has(value, key):
            return read(value[key])
    raise ValueError(EXPECTED)


def is_messages(value: Any) -> bool:
    """Whether a value is a bare list of chat messages, and so one dialogue."""
    return isinstance(value, list) and bool(value) and has(value[0], "role")


def has(value: Any, *keys: str) -> bool:
    """Whether a value is an object with these keys."""
    return isinstance(value, Mapping) and all(key in value for key in keys)


def _messages(messages: Any) -> tuple[Turn, ...]:
    if not isinstance(messages, list):
        raise ValueError(f"messages is not a list; {EXPECTED}")
    return turns_of(messages)


def _conversations(said: Any) -> tuple[Turn, ...]:
    return turns_of([_message(n, one) for n, one in _listed(said, "conversations")])


def _listed(said: Any, where: str) -> Iterator[tuple[int, Any]]:
    if not isinstance(said, list):
        raise ValueError(f"{where} is not a list; {EXPECTED}")
    return enumerate(said, start=1)


def _message(number: int, one: Any) -> dict[str, Any]:
    """A chat message; a call belongs to the result that follows it."""
    if not has(one, "from", "value"):
        raise ValueError(f"message {number}: expected an object with from and value")
    role = _role(f"message {number}", one["from"])
    if role == "function_call":
        call = {"id": str(number + 1), "function": _call(number, one["value"])}
        return {"role": "assistant", "tool_calls": [call]}
    return {"role": role, "content": one["value"], "tool_call_id": str(number)}


def _role(where: str, who: Any) -> str:
    role = _SPEAKERS.get(who.lower()) if isinstance(who, str) else None
    if role is None:
        raise ValueError(f"{where}: unknown role {str(who)[:40]!r}")
    return role


def _call(number: int, value: Any) -> Any:
    try:
        return read_json(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f"message {number}: a tool call that is no JSON") from error


def _plain_turns(said: Any) -> tuple[Turn, ...]:
    found = (_turn(f"turn {number}", one) for number, one in _listed(said, "turns"))
    return tuple(turn for turn in found if turn)


def _turn(where: str, one: Any) -> Turn | None:
    """A turn by its own keys, what else there is left out; None for the system's."""
    if not has(one, "speaker", "text"):
        raise ValueError(f"{where}: expected an object with speaker and text")
    role = _role(where, one["speaker"])
    if role == "system":
        return None
    kept = {key: one[key] for key in Turn.model_fields if key in one}
    try:
        turn = Turn.model_validate({**kept, "speaker": role})
    except ValidationError as error:
        raise ValueError(f"{where}: {told(error.errors()[0], Turn)}") from error
    if not turn.text.strip():
        raise ValueError(f"{where}: the {role} says nothing")
    return turn


def _lines(context: Any) -> tuple[Turn, ...]:
    if not isinstance(context, str):
        raise ValueError(f"context is not text; {EXPECTED}")
    before, *parts = _PREFIX.split(context)
    if before.strip() or not parts:
        raise ValueError("context does not begin with a speaker, such as user: or assistant:")
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return turns_of(
        [{"role": _SPEAKERS[who.lower()], "content": said.strip()} for who, said in pairs]
    )


_SHAPES: dict[str, Callable[[Any], tuple[Turn, ...]]] = {
    "messages": _messages,
    "conversations": _conversations,
    "turns": _plain_turns,
    "context": _lines,
}
