"""What a refinement came to: shares of easy and hard tasks by generation (R §4.3)."""

from typing import Literal

from trialogue.records import ReasoningTask, Record, Usage

EASY, HARD = 1.0, 0.5
"""acc = 1 is easy, acc < φ = 0.5 is hard."""
Ended = Literal["no_easy", "rounds", "budget", "nothing_new", "unsolved"]
ENDINGS: dict[Ended, str] = {
    "no_easy": "no easy task is left",
    "rounds": "the rounds are over",
    "budget": "the budget is used up",
    "nothing_new": "no new task could be made on any of the dialogues with easy ones",
    "unsolved": "no solver answered any task",
}


class Generation(Record):
    """The set after so many rounds.

    `tasks` counts those whose label stands, `easy` and `hard` those of them that all solvers or
    less than half of them solved, `unsolved` those that nobody answered. `replaced` easy tasks
    gave way to the ones of this generation; `refused` proposals could not be proved, `waiting`
    ones need a person. `calls` counts model calls since the beginning.
    """

    number: int
    tasks: int
    easy: int
    hard: int
    unsolved: int = 0
    replaced: int = 0
    refused: int = 0
    waiting: int = 0
    calls: int = 0
    operations: float | None = None

    @property
    def easy_share(self) -> float:
        """The share of easy tasks."""
        return self.easy / self.tasks if self.tasks else 0.0

    @property
    def hard_share(self) -> float:
        """The share of hard tasks."""
        return self.hard / self.tasks if self.tasks else 0.0


class Refined(Record):
    """How a refinement went, from the set that it began with, and why it ended.

    `calls` were made now, `replayed` came from the journal.
    """

    folder: str
    file: str
    generations: tuple[Generation, ...]
    ended: Ended
    rounds: int
    budget: int | None = None
    solvers: tuple[str, ...] = ()
    for_a_person: int = 0
    calls: int = 0
    replayed: int = 0
    usage: Usage = Usage()
    report: str = ""

    @property
    def first(self) -> Generation:
        """The set that it began with."""
        return self.generations[0]

    @property
    def last(self) -> Generation:
        """The set that it came to."""
        return self.generations[-1]


def is_easy(task: ReasoningTask) -> bool:
    """Whether all solvers that answered are right."""
    return task.usable and task.accuracy == EASY


def is_hard(task: ReasoningTask) -> bool:
    """Whether less than half of the solvers that answered are right."""
    return task.usable and task.accuracy is not None and task.accuracy < HARD
