from typing import Any

import pytest

from trialogue.agents.goal import Progress
from trialogue.evaluation.goal_figures import goal_figures, goal_scores
from trialogue.records import Dialogue, ScenarioRef, Subtask, ToolCall, Turn, UserProfile


def dialogue(states: str, rounds: int, **given: Any) -> Dialogue:
    """A dialogue with a subtask a letter: d for done, o for open."""
    goal = tuple(
        Subtask(id=i, text="?", state="done" if letter == "d" else "open")
        for i, letter in enumerate(states, start=1)
    )
    call = ToolCall(name="find", result="[]")
    pair = (
        Turn(speaker="user", text="Why?"),
        Turn(speaker="assistant", text="So.", tool_calls=(call,)),
    )
    usual: dict[str, Any] = {"stop_reason": "goal_reached", "turns": rounds * pair, "goal": goal}
    return Dialogue(
        id="one",
        scenario=ScenarioRef(id="s", name="s", language="en"),
        user=UserProfile(id="u", identity="u", intent="i", problems=()),
        **(usual | given),
    )


def test_us_table_one() -> None:
    figures = goal_figures([dialogue("d", 1), dialogue("ddd", 4)])
    assert figures is not None
    assert (figures.messages.mean, figures.messages.max) == (5, 8)
    assert (figures.tasks.mean, figures.tasks.max) == (2, 3)
    assert (figures.tool_steps.mean, figures.tool_steps.max) == (2.5, 4)
    assert (figures.settled, figures.ended_early, figures.never_ended) == (1, 0, 0)
    assert figures.claimed_early is figures.claimed_late is None


def test_how_goals_ended() -> None:
    figures = goal_figures(
        [
            dialogue("dd", 2),
            dialogue("do", 2, stop_reason="gave_up"),
            dialogue("oo", 2, stop_reason="max_rounds"),
            dialogue("o", 0, stop_reason="failed"),
        ]
    )
    assert figures is not None
    assert figures.dialogues == 3
    assert figures.settled == pytest.approx(0.5)
    assert figures.ended_early == pytest.approx(1 / 3)
    assert figures.never_ended == pytest.approx(1 / 3)


def test_claims_are_shares_of_all_checks() -> None:
    noted = [Progress(checks=3, early=1), Progress(checks=5, early=1, late=4), Progress()]
    made = [dialogue("d", 1) for _ in noted]
    scored = [
        d.model_copy(update={"scores": goal_scores(d, p)}) for d, p in zip(made, noted, strict=True)
    ]
    figures = goal_figures(scored)
    assert figures is not None
    assert (figures.claimed_early, figures.claimed_late) == (0.25, 0.5)
    assert scored[2].scores == {"tasks_settled": 1}


def test_nothing_to_count() -> None:
    assert goal_figures([]) is None
    assert goal_figures([dialogue("", 0, stop_reason="failed")]) is None
    assert goal_scores(dialogue("", 0), Progress()) == {"tasks_settled": 1}
