"""Whether the place of a task in its file tells its label."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from trialogue.evaluation.audit.check import LEVEL, Check, nothing
from trialogue.evaluation.posed_task import PosedTask
from trialogue.evaluation.statistics import Estimate, holm

ORDER = "labels or kinds that come in blocks, or numbers that rise or fall with their place"
_FEWEST = 5


def order(tasks: Sequence[PosedTask]) -> Check:
    """Runs tests of kinds and of yes and no, and Spearman's rho of numbers with their place.

    `value` is the lag-1 autocorrelation of the sequence that is least in chance order; `p` is its
    two-sided p, corrected for the three tests (Holm 1979).
    """
    yes_no = [p.task.label == "yes" for p in tasks if p.task.kind == "common_sense"]
    numbers = [float(p.task.label) for p in tasks if p.task.kind == "math"]
    tests = {
        "kinds": _of_runs([posed.task.kind == "math" for posed in tasks]),
        "yes and no": _of_runs(yes_no),
        "numbers": _of_place(numbers),
    }
    known = {name: test for name, test in tests.items() if test is not None}
    if not known:
        return nothing("order", ORDER, f"it takes {_FEWEST} of each kind or label")
    adjusted = holm([test[1] for test in known.values()])
    told = [
        f"{name}: autocorrelation {test[0]:+.2f}, p {p:.3g}"
        for (name, test), p in zip(known.items(), adjusted, strict=True)
        if p is not None
    ]
    worst = int(np.argmin([1.0 if p is None else p for p in adjusted]))
    p = adjusted[worst]
    return Check(
        name="order",
        looks_for=ORDER,
        state="fault" if p is not None and p < LEVEL else "ok",
        found="; ".join(told),
        value=Estimate(value=[*known.values()][worst][0], n=len(tasks)),
        expected=0.0,
        p=p,
    )


def runs_test(sequence: Sequence[bool]) -> float:
    """The two-sided p of the number of runs (Wald & Wolfowitz 1940), by its normal approximation.

    Both values must occur.
    """
    from scipy.stats import norm

    first = sum(sequence)
    second, size = len(sequence) - first, len(sequence)
    runs = 1 + sum(a != b for a, b in pairwise(sequence))
    expected = 2 * first * second / size + 1
    variance = (expected - 1) * (expected - 2) / (size - 1)
    return float(2 * norm.sf(abs(runs - expected) / np.sqrt(variance))) if variance else 1.0


def _of_runs(sequence: Sequence[bool]) -> tuple[float, float] | None:
    if min(sum(sequence), len(sequence) - sum(sequence)) < _FEWEST:
        return None
    return _autocorrelation([float(one) for one in sequence]), runs_test(sequence)


def _of_place(numbers: Sequence[float]) -> tuple[float, float] | None:
    from scipy.stats import rankdata, spearmanr

    if len(numbers) < 2 * _FEWEST or len({*numbers}) < 2:
        return None
    p = float(spearmanr(np.arange(len(numbers)), numbers).pvalue)
    return _autocorrelation(list(rankdata(numbers))), p


def _autocorrelation(values: Sequence[float]) -> float:
    centred = np.array(values, np.float64) - np.mean(values)
    whole = float(centred @ centred)
    return float(centred[:-1] @ centred[1:]) / whole if whole else 0.0
