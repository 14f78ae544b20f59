"""Shares with intervals that hold for small numbers and for things that hang together."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from math import sqrt

from trialogue.evaluation.statistics import Estimate

_Z = 1.959963984540054


def proportion(marks: Sequence[float | None], groups: Sequence[Hashable]) -> Estimate:
    """The mean of marks from 0 to 1 with Wilson's 95% interval (1927); None is missing.

    Marks of one group (such as the tasks on one dialogue) may hang together. The interval is that
    of so many independent marks as their spread between groups is worth (Kish's design effect,
    never below 1).
    """
    there = [(m, g) for m, g in zip(marks, groups, strict=True) if m is not None]
    missing = len(marks) - len(there)
    if not there:
        return Estimate(value=None, missing=missing)
    p = sum(mark for mark, _ in there) / len(there)
    interval = _wilson(p, len(there) / _design_effect(there, p))
    return Estimate(value=p, interval=interval, n=len(there), missing=missing)


def _design_effect(marks: Sequence[tuple[float, Hashable]], p: float) -> float:
    """How many times the variance of independent marks the mean has."""
    n, sums = len(marks), defaultdict[Hashable, float](float)
    for mark, group in marks:
        sums[group] += mark - p
    if len(sums) < 2 or not 0 < p < 1:
        return 1.0
    spread = len(sums) / (len(sums) - 1) * sum(one * one for one in sums.values()) / n**2
    return max(1.0, spread * (n - 1) / (p * (1 - p)))


def _wilson(p: float, n: float) -> tuple[float, float]:
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)
