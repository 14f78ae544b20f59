"""Statistics equal scipy's and answers worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trialogue.evaluation.statistics import (
    correlations,
    entropy_bits,
    hedges,
    holm,
    mean,
    paired,
    trend,
)

NAN = float("nan")


def test_the_interval_of_a_mean_covers_it_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(7)
    hits = 0
    for seed in range(200):
        interval = mean(rng.normal(3, 2, 40), seed).interval
        assert interval is not None
        hits += interval[0] <= 3 <= interval[1]
    assert 0.89 <= hits / 200 <= 0.99


def test_the_interval_is_scipys_bootstrap_but_for_chance() -> None:
    values = np.random.default_rng(1).exponential(2, 60)
    mine = mean(values).interval
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=9999, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert mine == pytest.approx(tuple(theirs), abs=0.08)


def test_many_values_have_the_normal_interval() -> None:
    values = np.random.default_rng(2).normal(size=5001)
    interval = mean(values).interval
    assert interval is not None
    half = 1.96 * values.std(ddof=1) / 5001**0.5
    assert interval[1] - interval[0] == pytest.approx(2 * half, rel=1e-3)


def test_what_is_missing_is_counted_and_left_out() -> None:
    found = mean([1.0, NAN, 3.0, float("inf")])
    assert (found.value, found.n, found.missing) == (2.0, 2, 2)
    nothing = mean([NAN, NAN])
    assert (nothing.value, nothing.interval, nothing.n, nothing.missing) == (None, None, 0, 2)
    assert mean([4.0]).interval is None


def test_the_same_values_give_the_same_interval() -> None:
    values = list(range(30))
    assert mean(values) == mean(values)


def test_paired_differences() -> None:
    first, second = np.array([1.0, 2, 3, 4, NAN]), np.array([2.0, 4, 4, 7, 9])
    found = paired(first, second)
    assert found.value == pytest.approx((1 + 2 + 1 + 3) / 4)
    assert (found.n, found.missing) == (4, 1)
    assert found.p == pytest.approx(stats.wilcoxon([1.0, 2, 1, 3]).pvalue)
    assert paired([1.0, 2], [1.0, 2]).p is None


def test_correlations_are_scipys() -> None:
    rng = np.random.default_rng(3)
    x = rng.integers(0, 9, 80).astype(float)
    y = x + rng.normal(0, 4, 80)
    found = correlations("m", x, y)
    assert found.spearman.value == pytest.approx(stats.spearmanr(x, y).statistic)
    assert found.pearson.value == pytest.approx(stats.pearsonr(x, y).statistic)
    assert found.kendall.value == pytest.approx(stats.kendalltau(x, y).statistic)
    for estimate in (found.spearman, found.pearson, found.kendall):
        assert estimate.interval is not None
        assert estimate.value is not None
        assert estimate.interval[0] < estimate.value < estimate.interval[1]


def test_a_correlation_counts_rated_dialogues_without_a_value() -> None:
    found = correlations("m", [1.0, 2, NAN, 4, 5], [2.0, 1, 3, NAN, 9])
    assert (found.n, found.missing) == (3, 1)


def test_what_is_constant_correlates_with_nothing() -> None:
    found = correlations("m", [1.0] * 5, [1.0, 2, 3, 4, 5])
    assert found.spearman.value is None
    assert found.spearman.interval is None
    assert correlations("m", [NAN] * 3, [1.0, 2, 3]).n == 0


def test_jonckheere_terpstra_by_hand() -> None:
    # groups {1, 3}, {2, 5}, {4, 6}: 3 + 4 + 3 ordered pairs, so J = 10; its mean is
    # (36 - 12) / 4 = 6 and its variance (36 * 15 - 3 * 4 * 7) / 72 = 19 / 3
    found = trend([1, 1, 2, 2, 3, 3], [1, 3, 2, 5, 4, 6])
    z = 4 / (19 / 3) ** 0.5
    assert found.z == pytest.approx(z)
    assert found.p == pytest.approx(2 * stats.norm.sf(z))


def test_a_falling_trend_is_negative() -> None:
    levels = np.repeat([1, 2, 3, 4], 10)
    found = trend(levels, -levels + np.tile(np.linspace(0, 1, 10), 4))
    assert found.rho.value is not None
    assert found.rho.value < -0.9
    assert found.z is not None
    assert found.z < -5
    assert found.effect is not None
    assert found.effect < -5


def test_a_property_that_never_changes_has_no_trend() -> None:
    found = trend([1, 1, 2, 2], [5.0, 5, 5, 5])
    assert (found.rho.value, found.z, found.p, found.effect) == (None, None, None, None)


def test_hedges_by_hand() -> None:
    # means 2 and 4, pooled deviation 1, small-sample factor 1 - 3 / (4 * 4 - 1) = 0.8
    assert hedges(np.array([1.0, 2, 3]), np.array([3.0, 4, 5])) == pytest.approx(1.6)
    assert hedges(np.array([1.0]), np.array([3.0, 4])) is None
    assert hedges(np.array([1.0, 1]), np.array([3.0, 3])) is None


def test_entropy_by_hand() -> None:
    assert entropy_bits([5, 5, 5, 5]) == pytest.approx(2)
    assert entropy_bits([7]) == 0
    assert entropy_bits([]) == 0


def test_holm_by_hand() -> None:
    assert holm([0.01, None, 0.04, 0.03]) == [pytest.approx(0.03), None, 0.06, 0.06]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=20))
def test_a_corrected_p_is_never_smaller_and_keeps_the_order(ps: list[float]) -> None:
    corrected = [p for p in holm(ps) if p is not None]
    assert all(p <= q <= 1 for p, q in zip(ps, corrected, strict=True))
    assert [q for _, q in sorted(zip(ps, corrected, strict=True))] == sorted(corrected)
