"""How far users got with their goals: U's table 1, and two common faults of user simulators.

A simulator stops *too early* when the user takes leave, or its model calls the goal done, while a
subtask is open. It *never ends* when the rounds run out first, or its model calls the goal
unfinished although everything is settled.
"""

from collections.abc import Callable, Iterable, Sequence

from trialogue.agents.goal import Progress
from trialogue.records import Dialogue, Record


class Spread(Record):
    """Mean and maximum over dialogues."""

    mean: float
    max: int


class GoalFigures(Record):
    """U's table 1 for some dialogues, and how their goals ended.

    `settled` is the share of subtasks done or confirmed. `ended_early` and `never_ended` are
    shares of dialogues; `claimed_early` and `claimed_late` shares of the model's checks, None
    where the model was not asked.
    """

    dialogues: int
    messages: Spread
    tasks: Spread
    tool_steps: Spread
    settled: float
    ended_early: float
    never_ended: float
    claimed_early: float | None = None
    claimed_late: float | None = None


def goal_scores(dialogue: Dialogue, progress: Progress) -> dict[str, float]:
    """Scores of one dialogue: share of `tasks_settled`; where its model was asked, how often
    (`goal_checks`) and how often it was wrong (`claimed_early`, `claimed_late`, counts)."""
    scores = {"tasks_settled": round(_settled([dialogue]), 4)}
    if progress.checks:
        scores["goal_checks"] = progress.checks
        scores["claimed_early"] = progress.early
        scores["claimed_late"] = progress.late
    return scores


def goal_figures(dialogues: Iterable[Dialogue]) -> GoalFigures | None:
    """The figures of finished dialogues; None without any."""
    made = [dialogue for dialogue in dialogues if dialogue.stop_reason != "failed"]
    if not made:
        return None
    checks = sum(dialogue.scores.get("goal_checks", 0) for dialogue in made)
    return GoalFigures(
        dialogues=len(made),
        messages=_spread(made, lambda dialogue: len(dialogue.turns)),
        tasks=_spread(made, lambda dialogue: len(dialogue.goal)),
        tool_steps=_spread(made, tool_steps),
        settled=_settled(made),
        ended_early=_share(made, ended_early),
        never_ended=_share(made, lambda dialogue: dialogue.stop_reason == "max_rounds"),
        claimed_early=_rate(made, "claimed_early", checks),
        claimed_late=_rate(made, "claimed_late", checks),
    )


def tool_steps(dialogue: Dialogue) -> int:
    """The tool calls made in the turns of a dialogue."""
    return sum(len(turn.tool_calls) for turn in dialogue.turns)


def ended_early(dialogue: Dialogue) -> bool:
    """Whether the user took leave, and was not out of rounds, with a subtask open."""
    unsettled = any(not subtask.settled for subtask in dialogue.goal)
    return unsettled and dialogue.stop_reason != "max_rounds"


def _spread(made: Sequence[Dialogue], count: Callable[[Dialogue], int]) -> Spread:
    counts = [count(dialogue) for dialogue in made]
    return Spread(mean=sum(counts) / len(counts), max=max(counts))


def _settled(made: Sequence[Dialogue]) -> float:
    goals = [subtask for dialogue in made for subtask in dialogue.goal]
    return sum(subtask.settled for subtask in goals) / len(goals) if goals else 1.0


def _share(made: Sequence[Dialogue], holds: Callable[[Dialogue], bool]) -> float:
    return sum(map(holds, made)) / len(made)


def _rate(made: Sequence[Dialogue], name: str, checks: float) -> float | None:
    wrong = sum(dialogue.scores.get(name, 0) for dialogue in made)
    return wrong / checks if checks else None
