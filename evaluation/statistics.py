"""Means, differences, correlations and trends with their intervals; all seeded."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from trialogue.evaluation.corpus import Floats
from trialogue.records import Record

LEVEL = 0.95
RESAMPLES = 2000
_MANY = 5000
_BLOCK = 200


class Estimate(Record):
    """A value with its 95% interval; `n` is what it rests on, `missing` what had no value.

    All three are None where nothing can be said, the interval also where n is too small.
    """

    value: float | None
    interval: tuple[float, float] | None = None
    n: int = 0
    missing: int = 0


class Difference(Estimate):
    """The mean of paired differences; `p` is of Wilcoxon's signed-rank test.

    `adjusted` is p corrected for the number of comparisons made beside it (Holm 1979).
    """

    p: float | None = None
    adjusted: float | None = None


class Correlations(Record):
    """Agreement of a metric with ratings, each with its bootstrap interval."""

    name: str
    n: int
    missing: int
    spearman: Estimate
    pearson: Estimate
    kendall: Estimate


class Trend(Record):
    """Whether a property follows the level asked for.

    `rho` is Spearman's, with a bootstrap interval; `z` and `p` are of the Jonckheere-Terpstra
    test with the correction for ties, two-sided; `effect` is Hedges' g between the highest and
    the lowest level.
    """

    rho: Estimate
    z: float | None
    p: float | None
    effect: float | None


def mean(values: npt.ArrayLike, seed: int = 0) -> Estimate:
    """The mean of the values that are there, with a bootstrap interval of the mean.

    Above 5,000 values the interval is the normal one, from which the bootstrap no longer differs.
    """
    array = np.asarray(values, dtype=np.float64).ravel()
    there = array[np.isfinite(array)]
    missing = len(array) - len(there)
    if not len(there):
        return Estimate(value=None, missing=missing)
    value = float(there.mean())
    return Estimate(value=value, interval=_of_mean(there, seed), n=len(there), missing=missing)


def paired(first: npt.ArrayLike, second: npt.ArrayLike, seed: int = 0) -> Difference:
    """The mean of `second` - `first` over pairs where both are there."""
    from scipy.stats import wilcoxon

    gaps = np.asarray(second, np.float64) - np.asarray(first, np.float64)
    there = gaps[np.isfinite(gaps)]
    found = mean(gaps, seed)
    p = float(wilcoxon(there).pvalue) if len(there) > 1 and np.any(there) else None
    return Difference(**found.model_dump(), p=p)


def correlations(
    name: str, values: npt.ArrayLike, ratings: npt.ArrayLike, seed: int = 0
) -> Correlations:
    """Spearman, Pearson and Kendall (tau-b) of values with ratings, over pairs that are there."""
    x, y = np.asarray(values, np.float64), np.asarray(ratings, np.float64)
    there = np.isfinite(x) & np.isfinite(y)
    x, y, missing = x[there], y[there], int(np.sum(~there & np.isfinite(y)))
    rows = _resampled(len(x), seed)
    return Correlations(
        name=name,
        n=len(x),
        missing=missing,
        spearman=_correlation(x, y, rows, _spearman),
        pearson=_correlation(x, y, rows, _pearson),
        kendall=_correlation(x, y, rows[:_BLOCK], _kendall),
    )


def trend(levels: npt.ArrayLike, values: npt.ArrayLike, seed: int = 0) -> Trend:
    """Whether `values` rise with `levels` (paper C names no test; METHOD §2 chose these)."""
    from scipy.stats import kendalltau, norm

    x, y = np.asarray(levels, np.float64), np.asarray(values, np.float64)
    there = np.isfinite(x) & np.isfinite(y)
    x, y = x[there], y[there]
    rho = _correlation(x, y, _resampled(len(x), seed), _spearman)
    if rho.value is None:
        return Trend(rho=rho, z=None, p=None, effect=None)
    # The test's statistic is Kendall's S between group and value, with the same variance.
    tau = kendalltau(x, y, method="asymptotic")
    z = float(np.sign(tau.statistic) * norm.isf(max(tau.pvalue, 1e-300) / 2))
    effect = hedges(y[x == x.min()], y[x == x.max()])
    return Trend(rho=rho, z=z, p=float(tau.pvalue), effect=effect)


def hedges(first: Floats, second: Floats) -> float | None:
    """Hedges' g: the difference of means in pooled standard deviations, without small-n bias."""
    n = len(first) + len(second) - 2
    if min(len(first), len(second)) < 2:
        return None
    spread = (len(first) - 1) * first.var(ddof=1) + (len(second) - 1) * second.var(ddof=1)
    if spread == 0:
        return None
    return float((second.mean() - first.mean()) / np.sqrt(spread / n) * (1 - 3 / (4 * n - 1)))


def holm(found: Sequence[float | None]) -> list[float | None]:
    """p-values corrected for their number (Holm 1979), in the same order; None stays None."""
    order = sorted((p, place) for place, p in enumerate(found) if p is not None)
    corrected: list[float | None] = [None] * len(found)
    largest = 0.0
    for rank, (p, place) in enumerate(order):
        largest = max(largest, min(1.0, p * (len(order) - rank)))
        corrected[place] = largest
    return corrected


def entropy_bits(counts: Sequence[int]) -> float:
    """Shannon entropy of a distribution given as counts, in bits (paper C, study 1)."""
    from scipy.stats import entropy

    return float(entropy(counts, base=2)) if sum(counts) else 0.0


def _of_mean(there: Floats, seed: int) -> tuple[float, float] | None:
    n = len(there)
    if n < 2:
        return None
    if n > _MANY:
        half = 1.959963984540054 * there.std(ddof=1) / np.sqrt(n)
        return float(there.mean() - half), float(there.mean() + half)
    rng = np.random.default_rng(seed)
    blocks = [
        there[rng.integers(0, n, (_BLOCK, n))].mean(axis=1) for _ in range(RESAMPLES // _BLOCK)
    ]
    return _between(np.concatenate(blocks))


def _resampled(n: int, seed: int) -> npt.NDArray[np.int64]:
    """Rows of indices drawn with replacement; fewer of them where n is large."""
    size = RESAMPLES if n <= _MANY else _BLOCK
    return np.random.default_rng(seed).integers(0, max(1, n), (size if n else 0, n))


Statistic = Callable[[Any, Any], Floats]


def _correlation(
    x: Floats, y: Floats, rows: npt.NDArray[np.int64], statistic: Statistic
) -> Estimate:
    n = len(x)
    if n < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Estimate(value=None, n=n)
    drawn = [statistic(x[part], y[part]) for part in np.array_split(rows, max(1, len(rows) // 100))]
    found = np.concatenate(drawn)
    value = float(statistic(x[None, :], y[None, :])[0])
    return Estimate(value=value, interval=_between(found[np.isfinite(found)]), n=n)


def _pearson(x: Floats, y: Floats) -> Floats:
    a, b = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    norms = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    result: Floats = np.full(len(a), np.nan)
    np.divide((a * b).sum(axis=1), norms, out=result, where=norms > 0)
    return result


def _spearman(x: Floats, y: Floats) -> Floats:
    from scipy.stats import rankdata

    return _pearson(rankdata(x, axis=1), rankdata(y, axis=1))


def _kendall(x: Floats, y: Floats) -> Floats:
    from scipy.stats import kendalltau

    return np.array([kendalltau(a, b).statistic for a, b in zip(x, y, strict=True)], np.float64)


def _between(drawn: Floats) -> tuple[float, float] | None:
    if not len(drawn):
        return None
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
