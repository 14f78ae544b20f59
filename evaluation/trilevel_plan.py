"""What a trilevel search needs: the three objectives, the metrics to try, and how much of each."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from trialogue.errors import UsageError
from trialogue.evaluation.level_budget import Level
from trialogue.evaluation.trial_scores import Judge
from trialogue.evaluation.trials import Candidate, Place, Proposal
from trialogue.evaluation.zeroth_order import Tuning

W = TypeVar("W")
Under = Callable[[W, Sequence[Place], int], Awaitable[Sequence[float]]]
Propose = Callable[
    [np.random.Generator, Candidate[W] | None, int], Awaitable[Sequence[Proposal[W]]]
]


@dataclass(frozen=True)
class Problem(Generic[W]):
    """The objectives, and how metrics are proposed and refused. All qualities are maximised.

    `turns` (g) and `dialogues` (f) give the qualities of a batch of places under a metric and a
    draw, `judge` (h) under a draw alone; a draw stands for users and seeds (see zeroth_order), NaN
    for a failure. `propose` gives so many metrics made from the leader (None at first). `refuse`
    gives the reason not to try a metric, or "". Metrics with the same `alike` rank everything
    alike, so that a later one takes the score of an earlier one; None is like no other.
    """

    turns: Under[W]
    dialogues: Under[W]
    judge: Judge
    propose: Propose[W]
    refuse: Callable[[W], str] = lambda _: ""
    alike: Callable[[W], Hashable | None] = lambda _: None


SHORT = Tuning(steps=2, directions=2, mu=0.2, step=0.2, final=0.5, central=True, keep=False)
"""A few steps, enough where tuning begins at the place that the leader came to.

No incumbent of f or g is kept: h judges what comes out, and the leader by h stays.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is tried; docs/zeroth_order.md says how the defaults were found.

    `population` metrics a generation; `judged` scores of h for each place, and as many more for
    the `finalists`, the best of all so far. Steps shrink by `shrink` a generation, down to `least`
    of their length, as tuning begins where the leader's ended. `barren` generations without a
    metric worth trying end the search.
    """

    population: int = 5
    generations: int | None = None
    judged: int = 2
    finalists: int = 6
    turns: Tuning = SHORT
    dialogues: Tuning = SHORT
    shrink: float = 0.95
    least: float = 0.25
    barren: int = 20

    def __post_init__(self) -> None:
        if self.population < 1 or self.judged < 1:
            raise UsageError("a search needs a population and scores of at least 1")

    def wanted(self, candidates: int = 1, past: int = 0) -> dict[Level, int]:
        """Evaluations that so many new candidates need at most beside so many past ones.

        With them the leader is judged (the start, in the first generation), then the finalists.
        """
        met = candidates + 1
        return {
            "turns": candidates * self.turns.price,
            "dialogues": candidates * self.dialogues.price,
            "judge": (met + min(self.finalists, past + met)) * self.judged,
        }

    def scale(self, generation: int) -> float:
        """What steps are multiplied with in a generation."""
        return max(self.least, self.shrink**generation)
