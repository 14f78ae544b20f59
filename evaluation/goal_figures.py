"""How far users got with their goals: U's table 1, and two common faults of user simulators.

A simulator stops *too early* when the user takes leave, or its model calls the goal done, while a
subtask is open. It *never ends* when the rounds run out first, or its model calls the goal
unfinished although everything is settled.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from trialogue.agents.goal import Progress
from trialogue.records import Dialogue, Record

_CHECKS = ("goal_checks", "claimed_early", "claimed_late")


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
    scores = {"tasks_settled": round(_settled(dialogue), 4)}
    if progress.checks:
        scores["goal_checks"] = progress.checks
        scores["claimed_early"] = progress.early
        scores["claimed_late"] = progress.late
    return scores


def goal_figures(dialogues: Iterable[Dialogue]) -> GoalFigures | None:
    """The figures of finished dialogues; None without any."""
    count = GoalCount()
    for dialogue in dialogues:
        count.add(dialogue)
    return count.figures()


class _Counted(NamedTuple):
    """What is kept of a dialogue."""

    messages: int
    tasks: int
    tool_steps: int
    settled: int
    early: bool
    never: bool
    checks: float
    claimed_early: float
    claimed_late: float


class GoalCount:
    """Adds up the figures of dialogues that are seen one after the other and not kept."""

    def __init__(self) -> None:
        self._seen: list[_Counted] = []

    def add(self, dialogue: Dialogue) -> None:
        """Count a dialogue, unless it failed."""
        if dialogue.stop_reason == "failed":
            return
        checks, early, late = (dialogue.scores.get(name, 0) for name in _CHECKS)
        self._seen.append(
            _Counted(
                messages=len(dialogue.turns),
                tasks=len(dialogue.goal),
                tool_steps=tool_steps(dialogue),
                settled=sum(subtask.settled for subtask in dialogue.goal),
                early=ended_early(dialogue),
                never=dialogue.stop_reason == "max_rounds",
                checks=checks,
                claimed_early=early,
                claimed_late=late,
            )
        )

    def figures(self) -> GoalFigures | None:
        """The figures so far; None without a dialogue."""
        if not self._seen:
            return None
        seen = self._seen
        tasks, checks = sum(one.tasks for one in seen), sum(one.checks for one in seen)
        return GoalFigures(
            dialogues=len(seen),
            messages=_spread([one.messages for one in seen]),
            tasks=_spread([one.tasks for one in seen]),
            tool_steps=_spread([one.tool_steps for one in seen]),
            settled=sum(one.settled for one in seen) / tasks if tasks else 1.0,
            ended_early=_share([one.early for one in seen]),
            never_ended=_share([one.never for one in seen]),
            claimed_early=_rate([one.claimed_early for one in seen], checks),
            claimed_late=_rate([one.claimed_late for one in seen], checks),
        )


def tool_steps(dialogue: Dialogue) -> int:
    """The tool calls made in the turns of a dialogue."""
    return sum(len(turn.tool_calls) for turn in dialogue.turns)


def ended_early(dialogue: Dialogue) -> bool:
    """Whether the user took leave, and was not out of rounds, with a subtask open."""
    unsettled = any(not subtask.settled for subtask in dialogue.goal)
    return unsettled and dialogue.stop_reason != "max_rounds"


def _spread(counts: Sequence[int]) -> Spread:
    return Spread(mean=sum(counts) / len(counts), max=max(counts))


def _settled(dialogue: Dialogue) -> float:
    goal = dialogue.goal
    return sum(subtask.settled for subtask in goal) / len(goal) if goal else 1.0


def _share(holds: Sequence[bool]) -> float:
    return sum(holds) / len(holds)


def _rate(wrong: Sequence[float], checks: float) -> float | None:
    return sum(wrong) / checks if checks else None
