"""What came of measuring one or more sets of dialogues."""

from trialogue.evaluation.duplicates import Copy
from trialogue.evaluation.goal_figures import GoalFigures
from trialogue.evaluation.measured import Compared, Measured
from trialogue.evaluation.similarity import Similarity
from trialogue.records import Record


class JudgeCounts(Record):
    """How the judge's answers on a set came: `missing` could not be used, `weighed` are expected
    values over token probabilities, of `answers` in all."""

    answers: int
    missing: int
    weighed: int


class Evaluation(Record):
    """What was measured on one or more sets of dialogues.

    `compared` holds, for each set after the first, the paired differences to the first on the
    dialogues that both have. `similarities` are of sets of up to 3,000 dialogues. `unread` says
    what could not be used, as `file:line: why`; `guessed` counts the dialogues of each set that
    do not say everywhere who speaks. `goals` has U's table 1 of the sets whose dialogues have
    goals, by name. `report` is the page that was written.
    """

    sets: tuple[Measured, ...]
    compared: dict[str, tuple[Compared, ...]] = {}
    similarities: dict[str, Similarity] = {}
    duplicates: dict[str, tuple[Copy, ...]] = {}
    copied: dict[str, tuple[Copy, ...]] = {}
    judged: dict[str, JudgeCounts] = {}
    unread: tuple[str, ...] = ()
    guessed: dict[str, int] = {}
    goals: dict[str, GoalFigures] = {}
    report: str | None = None
