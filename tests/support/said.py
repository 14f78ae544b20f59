"""Dialogues made from lines, for tests of metrics."""

from collections.abc import Sequence

from trialogue.records import Dialogue, ScenarioRef, Turn, UserProfile


def said(*lines: str, intent: str = "", number: int = 0, language: str = "en") -> Dialogue:
    """A dialogue in which user and assistant say the lines in turn, the user first."""
    return Dialogue(
        id=f"said-{number}",
        scenario=ScenarioRef(id="said", name="said", language=language),
        user=UserProfile(id="u", identity="somebody", intent=intent, problems=()),
        stop_reason="goal_reached",
        turns=tuple(
            Turn(speaker="assistant" if i % 2 else "user", text=text)
            for i, text in enumerate(lines)
        ),
    )


def many(dialogues: Sequence[Sequence[str]]) -> list[Dialogue]:
    """Several of them, numbered."""
    return [said(*lines, number=number) for number, lines in enumerate(dialogues)]
