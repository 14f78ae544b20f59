"""Dialogues written by hand, in a few words."""

from typing import Any

from trialogue.records import Dialogue, ScenarioRef, ToolCall, Turn, UserProfile


def call(name: str, result: str, **arguments: Any) -> ToolCall:
    """A tool call with its result."""
    return ToolCall(name=name, arguments=arguments, result=result)


def answer(text: str, *calls: ToolCall, sources: tuple[str, ...] = ()) -> Turn:
    """A turn of the assistant."""
    return Turn(speaker="assistant", text=text, tool_calls=calls, sources=sources)


def dialogue(*turns: str | Turn, **given: Any) -> Dialogue:
    """A dialogue from its turns: a text is the user's at even places, else the assistant's."""
    spoken = [
        Turn(speaker="assistant" if place % 2 else "user", text=turn)
        if isinstance(turn, str)
        else turn
        for place, turn in enumerate(turns)
    ]
    usual: dict[str, Any] = {
        "id": "desk-0-00000",
        "scenario": ScenarioRef(id="desk", name="desk", language="en"),
        "user": UserProfile(id="u", identity="Ann", intent="I want to know.", problems=()),
        "stop_reason": "goal_reached",
    }
    return Dialogue(turns=tuple(spoken), **(usual | given))
