"""Shares with intervals, against other implementations and what they promise."""

import numpy as np
import pytest
from scipy.stats import binomtest

from trialogue.evaluation.proportions import proportion


@pytest.mark.parametrize(("right", "of"), [(0, 10), (10, 10), (3, 7), (120, 500), (1, 1)])
def test_independent_marks_have_wilsons_interval(right: int, of: int) -> None:
    found = proportion([1.0] * right + [0.0] * (of - right), range(of))
    assert found.value == right / of
    expected = binomtest(right, of).proportion_ci(method="wilson")
    assert found.interval == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_marks_that_hang_together_count_as_fewer() -> None:
    marks = [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0] * 10
    alone = proportion(marks, range(80)).interval
    together = proportion(marks, [n // 4 for n in range(80)]).interval
    assert alone
    assert together
    assert together[1] - together[0] > 1.7 * (alone[1] - alone[0])


def test_missing_marks_are_counted_apart() -> None:
    found = proportion([1.0, None, 0.0, None], "abcd")
    assert (found.value, found.n, found.missing) == (0.5, 2, 2)
    nothing = proportion([None], "a")
    assert (nothing.value, nothing.interval, nothing.missing) == (None, None, 1)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(300):
        ability = rng.beta(3, 2, size=60)  # by dialogue
        marks = (rng.random((60, 3)) < ability[:, None]).astype(float).ravel()
        interval = proportion(list(marks), [n // 3 for n in range(180)]).interval
        assert interval
        held += interval[0] <= 0.6 <= interval[1]
    assert 0.91 <= held / 300 <= 0.99
