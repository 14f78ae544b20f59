"""Evolution of a metric tree towards people's ratings: h of METHOD §4 is the agreement with them.

The operations are those of the search with a judge; the score is Spearman's correlation, the mean
over many parts of the rated dialogues, less a little for every node.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialogue.evaluation.corpus import Floats, Ints
from trialogue.evaluation.evolution import Breeding, reproduced
from trialogue.evaluation.rank_agreement import spearman_rows
from trialogue.evaluation.screening import Screen
from trialogue.evaluation.trees import Chances, Limits, Tree, evaluate_many, size

LIMITS = Limits(depth=12, size=25)
_CHANCES = Chances(copy=0.0, fresh=0.05)
_PER_NODE = 0.001
_PART, _ROUNDS = 20, 4


@dataclass(frozen=True)
class RatingPlan:
    """How long trees are bred: `population` offspring in each of `generations`."""

    population: int = 40
    generations: int = 20


def evolved(
    start: Tree,
    values: Mapping[str, Floats],
    ratings: Floats,
    rng: np.random.Generator,
    plan: RatingPlan,
) -> Tree:
    """The best tree found from `start` on; `values` are standardised, (D,) by leaf."""
    breeding = Breeding(tuple(values), LIMITS, _CHANCES)
    screen = Screen(values, {})
    parts = _parts(len(ratings), rng)
    best, score = start, float(_scores([start], values, ratings, parts)[0])
    for _ in range(plan.generations):
        trees = reproduced(rng, [best], breeding, plan.population)
        open_ones = [v.tree for v in screen.screened(trees) if v.outcome == "accepted"]
        if not open_ones:
            continue
        scores = _scores(open_ones, values, ratings, parts)
        top = int(np.argmax(scores))
        if scores[top] > score:
            best, score = open_ones[top], float(scores[top])
    return best


def _scores(
    trees: Sequence[Tree], values: Mapping[str, Floats], ratings: Floats, parts: Sequence[Ints]
) -> Floats:
    found = evaluate_many(trees, values)
    usable = np.isfinite(found).all(axis=1)
    found = np.where(np.isfinite(found), found, 0.0)
    agreements = np.stack([spearman_rows(found[:, part], ratings[part]) for part in parts])
    # A tree that is constant on a part says nothing there.
    means: Floats = np.nan_to_num(agreements).mean(axis=0)
    return np.where(usable, means - _PER_NODE * np.array([size(t) for t in trees]), -np.inf)


def _parts(count: int, rng: np.random.Generator) -> list[Ints]:
    """Parts of about 20 members, a few times over."""
    pieces = max(2, min(5, count // _PART))
    return [part for _ in range(_ROUNDS) for part in np.array_split(rng.permutation(count), pieces)]
