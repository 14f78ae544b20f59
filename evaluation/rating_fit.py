"""One metric tree that agrees with people's ratings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Floats, Ints
from trialogue.evaluation.folds import folds
from trialogue.evaluation.rank_agreement import spearman
from trialogue.evaluation.rating_evolution import LIMITS, RatingPlan, evolved
from trialogue.evaluation.trees import (
    Standard,
    Tree,
    evaluate,
    names,
    simplified,
    standardised,
    standards,
)
from trialogue.evaluation.weighted_sums import weighted_sum

Values = Mapping[str, Floats]


@dataclass(frozen=True)
class FitPlan:
    """How a tree is fitted: the most leaves (each takes at least four ratings), the penalty of the
    reference (in units of D), for how long trees are bred, and on how many parts evolution has to
    prove itself."""

    leaves: int = (LIMITS.size + 1) // 2
    strength: float = 3.0
    breeding: RatingPlan = field(default_factory=RatingPlan)
    proofs: int = 3


PLAN = FitPlan()
_A_LEAF = 4


@dataclass(frozen=True)
class Fitted:
    """A tree with the standards of its leaves; `bred` says whether evolution made it."""

    tree: Tree
    standards: dict[str, Standard]
    bred: bool

    def values(self, raw: Values) -> Floats:
        """The tree's values, (D,), from the leaves' raw values; all finite."""
        found = evaluate(self.tree, standardised(raw, self.standards).values)
        return np.nan_to_num(found, nan=0.0, posinf=1e300, neginf=-1e300)


def fitted(
    raw: Values, ratings: Floats, groups: Ints, rng: np.random.Generator, plan: FitPlan = PLAN
) -> Fitted:
    """Fit a tree to ratings, (D,), from raw leaf values, (D,) each; NaN leaf values are missing.

    It begins with a weighted sum. Evolution goes on from there, and its tree is taken only if on
    parts of the data that neither saw it beats the sum by more than the error of that gain: with
    few ratings it mostly learns them by heart. Raises UsageError if no leaf tells the dialogues
    apart.
    """
    useful = {name: row for name, row in raw.items() if varies(row)}
    if not useful:
        raise UsageError("no base metric tells these dialogues apart")
    gains = _gains(useful, ratings, groups, rng, plan)
    start = _begun(useful, ratings, plan)
    better = len(gains) > 1 and gains.mean() > gains.std(ddof=1) / np.sqrt(len(gains))
    found = _bred(start, useful, ratings, rng, plan) if better else start
    return Fitted(found.tree, {name: found.standards[name] for name in names(found.tree)}, better)


def _gains(
    raw: Values, ratings: Floats, groups: Ints, rng: np.random.Generator, plan: FitPlan
) -> Floats:
    """What evolution gains in agreement on each part that was kept from it."""
    if not plan.breeding.generations:
        return np.zeros(0)
    part = folds(groups, plan.proofs, rng)
    gains = []
    for number in range(plan.proofs):
        seen, kept = part != number, part == number
        start = _begun(at(raw, seen), ratings[seen], plan)
        bred = _bred(start, at(raw, seen), ratings[seen], rng, plan)
        here = at(raw, kept)
        gains.append(
            spearman(bred.values(here), ratings[kept]) - spearman(start.values(here), ratings[kept])
        )
    return np.nan_to_num(np.array(gains, np.float64))


def _begun(raw: Values, ratings: Floats, plan: FitPlan) -> Fitted:
    reference = standards(raw)
    values = standardised(raw, reference).values
    spread = {name: row for name, row in values.items() if np.ptp(row) > 0}
    if not spread:
        raise UsageError("no base metric tells these dialogues apart")
    most = max(1, min(plan.leaves, len(ratings) // _A_LEAF))
    tree = weighted_sum(spread, ratings, most=most, strength=plan.strength)
    return Fitted(tree, reference, bred=False)


def _bred(
    start: Fitted, raw: Values, ratings: Floats, rng: np.random.Generator, plan: FitPlan
) -> Fitted:
    values = standardised(raw, start.standards).values
    tree = evolved(start.tree, values, ratings, rng, plan.breeding)
    return Fitted(simplified(tree), start.standards, bred=True)


def at(raw: Values, members: npt.NDArray[np.bool_]) -> dict[str, Floats]:
    """The values of some members."""
    return {name: row[members] for name, row in raw.items()}


def varies(row: Floats) -> bool:
    """Whether a leaf has more than one value."""
    there = row[np.isfinite(row)]
    return len(there) > 1 and float(np.ptp(there)) > 1e-9 * max(1.0, float(np.abs(there).max()))
