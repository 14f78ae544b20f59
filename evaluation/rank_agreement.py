"""Spearman's correlation of many rows of values with ratings."""

import numpy as np

from trialogue.evaluation.corpus import Floats


def spearman_rows(values: Floats, ratings: Floats) -> Floats:
    """Of each row of `values`, (T, D), with `ratings`, one row (D,) for all or (T, D).

    NaN where either is constant. What does not change is ranked once.
    """
    one, other = _centred(values), _centred(np.atleast_2d(ratings))
    norms = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    found: Floats = np.full(len(one), np.nan)
    np.divide((one * other).sum(axis=1), norms, out=found, where=norms > 0)
    return found


def spearman(values: Floats, ratings: Floats) -> float:
    """Of one row of values with ratings, both (D,); NaN where either is constant."""
    return float(spearman_rows(values[None, :], ratings)[0])


def _centred(rows: Floats) -> Floats:
    from scipy.stats import rankdata

    ranks: Floats = rankdata(rows, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    return ranks
