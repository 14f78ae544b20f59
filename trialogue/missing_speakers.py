"""Turns that do not say who speaks, read as people taking turns."""

from collections.abc import Mapping, Sequence
from typing import Any

from trialogue.turn_shapes import SPEAKERS, has

_WHO = {"messages": "role", "conversations": "from", "turns": "speaker"}
_NEXT = {"user": "assistant", "tool": "assistant"}


def with_speakers(value: Any) -> Any:
    """The value with a speaker for every turn that names none; the same object if all do.

    Whoever did not speak just before speaks; where nobody is named the user begins. Turns of
    `turns` may be texts alone.
    """
    for key, who in _WHO.items():
        if has(value, key) and isinstance(value[key], list):
            said = [_spoken(one, key) for one in value[key]]
            return {**value, key: _named(said, who)} if _incomplete(said, who) else value
    return value


def _spoken(one: Any, key: str) -> Any:
    return {"text": one} if isinstance(one, str) and key == "turns" else one


def _incomplete(said: Sequence[Any], who: str) -> bool:
    turns = [one for one in said if isinstance(one, Mapping)]
    return len(turns) == len(said) and not all(turn.get(who) for turn in turns)


def _named(said: Sequence[Mapping[str, Any]], who: str) -> list[dict[str, Any]]:
    sides = [SPEAKERS.get(str(turn.get(who) or "").lower()) for turn in said]
    first = next((place for place, side in enumerate(sides) if side), 0)
    sides[first] = sides[first] or "user"
    for place in range(first - 1, -1, -1):
        sides[place] = "user" if sides[place + 1] == "assistant" else "assistant"
    for place in range(first + 1, len(sides)):
        sides[place] = sides[place] or _NEXT.get(sides[place - 1] or "", "user")
    return [{**turn, who: turn.get(who) or side} for turn, side in zip(said, sides, strict=True)]
