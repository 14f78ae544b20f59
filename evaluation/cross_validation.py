"""How well a fitted tree agrees with ratings that it has not seen."""

from collections.abc import Callable

import numpy as np

from trialogue.evaluation.corpus import Floats, Ints
from trialogue.evaluation.folds import folds
from trialogue.evaluation.rank_agreement import spearman, spearman_rows
from trialogue.evaluation.rating_fit import PLAN, FitPlan, Values, at, fitted
from trialogue.evaluation.statistics import LEVEL, Estimate
from trialogue.evaluation.trees import formula
from trialogue.records import Record

RESAMPLES = 2000


class Fold(Record):
    """One part kept aside: how many dialogues, the agreement there (None if not defined), and
    the formula fitted without it."""

    dialogues: int
    spearman: float | None
    formula: str


class CrossValidation(Record):
    """`mean` is the mean of the folds' Spearman correlations, with a 95% bootstrap interval over
    dialogues inside the folds; `spread` is the standard deviation over folds."""

    folds: tuple[Fold, ...]
    mean: Estimate
    spread: float | None


def cross_validated(
    raw: Values,
    ratings: Floats,
    groups: Ints,
    *,
    count: int,
    seed: int,
    plan: FitPlan = PLAN,
    watch: Callable[[int], None] = lambda number: None,
) -> CrossValidation:
    """Fit `count` times, each time without one fold, and compare there; `watch` hears the fold.

    Everything is done without the fold: the choice of leaves, their standards, weights, evolution.
    """
    part = folds(groups, count, np.random.default_rng([seed, 0]))
    pairs: list[tuple[Floats, Floats]] = []
    found: list[Fold] = []
    for number in range(count):
        watch(number)
        seen, kept = part != number, part == number
        rng = np.random.default_rng([seed, 1, number])
        tree = fitted(at(raw, seen), ratings[seen], groups[seen], rng, plan)
        values = tree.values(at(raw, kept))
        agreement = spearman(values, ratings[kept])
        pairs.append((values, ratings[kept]))
        found.append(
            Fold(
                dialogues=int(kept.sum()),
                spearman=None if np.isnan(agreement) else agreement,
                formula=formula(tree.tree),
            )
        )
    there = np.array([fold.spearman for fold in found if fold.spearman is not None], np.float64)
    return CrossValidation(
        folds=tuple(found),
        mean=_mean(there, pairs, seed),
        spread=float(there.std(ddof=1)) if len(there) > 1 else None,
    )


def _mean(there: Floats, pairs: list[tuple[Floats, Floats]], seed: int) -> Estimate:
    size = sum(len(values) for values, _ in pairs)
    if not len(there):
        return Estimate(value=None, n=size)
    rng = np.random.default_rng([seed, 2])
    drawn = np.stack([_resampled(values, ratings, rng) for values, ratings in pairs])
    there_too = ~np.isnan(drawn)
    means = np.where(there_too, drawn, 0).sum(axis=0) / np.maximum(1, there_too.sum(axis=0))
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value=float(there.mean()), interval=(float(low), float(high)), n=size)


def _resampled(values: Floats, ratings: Floats, rng: np.random.Generator) -> Floats:
    """Spearman's correlations of resamples of one fold, (RESAMPLES,)."""
    rows = rng.integers(0, len(values), (RESAMPLES, len(values)))
    return spearman_rows(values[rows], ratings[rows])
