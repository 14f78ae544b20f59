"""Means of scores that were not all given under the same draws.

Users and seeds differ from draw to draw, and some are easier than others: a plain mean would favour
whoever met the easy ones. Scores are taken as y = candidate + draw + noise with random draw effects
(a linear mixed model), so that candidates are compared as if they had met the same draws.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from trialogue.evaluation.corpus import Floats


class Score(NamedTuple):
    """What the judge said of a candidate under a draw."""

    draw: int
    value: float


class Adjusted(NamedTuple):
    """A candidate's mean corrected for its draws, and its standard error (NaN where unknown)."""

    value: float
    error: float


def adjusted(scores: Mapping[int, Sequence[Score]]) -> dict[int, Adjusted]:
    """Corrected means by candidate; who has no score is left out.

    The variance of draws against that of the noise is estimated from the scores (moments). The
    corrected means have the plain ones' average level.
    """
    rows = [(who, draw, value) for who, given in scores.items() for draw, value in given]
    if not rows:
        return {}
    names, who = np.unique([row[0] for row in rows], return_inverse=True)
    draws, drawn = np.unique([row[1] for row in rows], return_inverse=True)
    values = np.array([row[2] for row in rows], np.float64)
    of_whom, of_draw = np.eye(len(names))[who], np.eye(len(draws))[drawn]
    means, errors = _fitted(values, of_whom, of_draw)
    return {
        int(name): Adjusted(float(mean), float(error))
        for name, mean, error in zip(names, means, errors, strict=True)
    }


def _fitted(values: Floats, of_whom: Floats, of_draw: Floats) -> tuple[Floats, Floats]:
    """Candidates' means and errors; indicators are (n, candidates) and (n, draws)."""
    counts = of_whom.sum(axis=0)
    plain, shares = (of_whom.T @ values) / counts, (of_whom.T @ of_draw) / counts[:, None]
    within, apart = values - of_whom @ plain, of_draw - of_whom @ shares
    noise, between = _variances(within, apart, len(counts))
    if not between > 0:
        return plain, np.sqrt(noise / counts)
    penalty = max(noise / between, 1e-9)
    inverse = np.linalg.inv(apart.T @ apart + penalty * np.eye(apart.shape[1]))
    effects = inverse @ apart.T @ within
    leverage = np.einsum("id,de,ie->i", shares, inverse, shares)
    return plain - shares @ effects, np.sqrt(noise * (1 / counts + leverage))


def _variances(within: Floats, apart: Floats, many: int) -> tuple[float, float]:
    """Variances of the noise and of draws by Henderson's method 3; NaN and 0 where unknown.

    `within` are scores and `apart` indicators of draws, both less their candidate's means.
    """
    values, axes = np.linalg.eigh(apart.T @ apart)
    there = values > 1e-9
    explained = float(np.sum((axes.T @ apart.T @ within)[there] ** 2 / values[there]))
    rank, total = int(np.sum(there)), float(within @ within)
    free = len(within) - many - rank
    if free < 1:
        return float("nan"), 0.0
    noise = max(0.0, total - explained) / free
    if not rank:
        return noise, 0.0
    return noise, max(0.0, (explained - rank * noise) / float(values.sum()))
