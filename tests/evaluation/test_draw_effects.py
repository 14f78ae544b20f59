"""Scores under different draws are compared as if all had met the same ones."""

import numpy as np
import pytest

from trialogue.evaluation.draw_effects import Score, adjusted


def table(shared: float, seed: int = 0, noise: float = 0.1) -> dict[int, list[Score]]:
    """Twenty candidates of quality number / 20; each meets 4 of 30 draws, number 0 all of them."""
    rng = np.random.default_rng(seed)
    draws = shared * rng.standard_normal(30)
    return {
        who: [
            Score(int(draw), who / 20 + draws[draw] + noise * float(rng.standard_normal()))
            for draw in (range(30) if who == 0 else rng.choice(30, 4, replace=False))
        ]
        for who in range(20)
    }


def misses(scores: dict[int, list[Score]], plain: bool) -> float:
    found = adjusted(scores)
    values = [
        np.mean([s.value for s in given]) if plain else found[who].value
        for who, given in scores.items()
    ]
    gaps = np.array(values) - np.arange(20) / 20
    return float(np.std(gaps))


def test_easy_draws_do_not_help_a_candidate() -> None:
    kept = [misses(table(1.0, seed), False) for seed in range(6)]
    plain = [misses(table(1.0, seed), True) for seed in range(6)]
    assert np.mean(kept) < 0.25 * np.mean(plain)


def test_where_draws_do_not_differ_means_stay_nearly_plain() -> None:
    kept = [misses(table(0.0, seed), False) for seed in range(6)]
    plain = [misses(table(0.0, seed), True) for seed in range(6)]
    assert np.mean(kept) < 1.1 * np.mean(plain)


def test_the_error_is_that_of_the_mean() -> None:
    # Against the candidate with all draws, as the level of all is common to them.
    found = [adjusted(table(1.0, seed)) for seed in range(40)]
    gaps = [one[10].value - one[0].value - 0.5 for one in found]
    told = np.mean([one[10].error ** 2 for one in found])
    assert np.var(gaps) < 1.8 * told


def test_single_scores_are_their_own_means() -> None:
    found = adjusted({3: [Score(0, 2.0)], 5: [Score(0, 4.0)]})
    assert (found[3].value, found[5].value) == (2.0, 4.0)
    assert np.isnan(found[3].error)


def test_a_judge_that_always_says_the_same_leaves_it_so() -> None:
    same = {who: [Score(draw, 3.0) for draw in range(3)] for who in range(4)}
    assert all(one.value == pytest.approx(3.0) for one in adjusted(same).values())


def test_who_has_no_score_is_left_out() -> None:
    assert adjusted({}) == {}
    assert set(adjusted({1: [], 2: [Score(0, 1.0)]})) == {2}
