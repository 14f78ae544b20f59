"""A weighted sum of a few leaves that follows ratings: where the fit of a metric tree begins.

Ridge regression over all leaves is the reference; leaves are then taken away one by one, each time
the one without which the sum follows the reference best, and the rest is fitted to the reference,
not to the ratings (projection of a reference model: Piironen, Paasiniemi & Vehtari 2020,
arXiv:1810.02406). With few ratings this chooses far more steadily than the ratings do by
themselves.
"""

from collections.abc import Mapping
from functools import reduce

import numpy as np

from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.trees import Inner, Leaf, Tree

_STEADY = 0.05
_DIGITS = 3


def weighted_sum(
    values: Mapping[str, Floats], ratings: Floats, *, most: int, strength: float
) -> Tree:
    """The sum of at most `most` leaves, the heaviest (±1) first.

    `values` are standardised, (D,) by leaf, none of them constant; `ratings` (D,) count by their
    ranks. `strength` is ridge's penalty in units of D.
    """
    names = list(values)
    rows = np.stack([values[name] for name in names], axis=1)
    rows = rows - rows.mean(axis=0)
    moments, size = rows.T @ rows, len(rows)
    reference = rows @ (_inverse(moments, strength * size) @ (rows.T @ _ranks(ratings)))
    kept, weights = _thinned(moments, rows.T @ reference, _STEADY * size, most)
    weights /= max(float(np.abs(weights).max()), 1e-300)
    order = np.argsort(-np.abs(weights), kind="stable")
    leaves: list[Tree] = [Leaf(names[kept[i]], float(f"{weights[i]:.{_DIGITS}g}")) for i in order]
    return reduce(lambda left, right: Inner("add", (left, right)), leaves)


def _thinned(moments: Floats, target: Floats, ridge: float, most: int) -> tuple[list[int], Floats]:
    """The places that are left of all, and their weights."""
    kept = list(range(len(target)))
    while True:
        inverse = _inverse(moments[np.ix_(kept, kept)], ridge)
        weights: Floats = inverse @ target[kept]
        if len(kept) <= most:
            return kept, weights
        # What the fit loses without a leaf (backward elimination, as for linear regression).
        kept.pop(int(np.argmin(weights**2 / np.diag(inverse))))


def _inverse(moments: Floats, ridge: float) -> Floats:
    return np.asarray(np.linalg.inv(moments + ridge * np.eye(len(moments))), np.float64)


def _ranks(ratings: Floats) -> Floats:
    from scipy.stats import rankdata

    ranks = rankdata(ratings) / len(ratings)
    centred: Floats = ranks - ranks.mean()
    return centred
