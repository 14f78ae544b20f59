"""What is expected at a place, from noisy scores there and nearby."""

import numpy as np

from trialogue.evaluation.smoothing import smoothed


def _hill(count: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    places = rng.uniform(-1, 1, (count, 3))
    true = -((places - 0.3) ** 2).sum(axis=1)
    errors = np.where(np.arange(count) % 2, 0.4, 0.1)
    return places, true, true + errors * rng.standard_normal(count), errors


def test_neighbours_see_through_some_of_the_luck() -> None:
    places, true, means, errors = _hill()
    worst = int(np.argmin(true))
    means[worst], errors[worst] = 1.0, 1.5
    found = smoothed(places, means, errors)
    assert np.sqrt(np.mean((found - true) ** 2)) < 0.5 * np.sqrt(np.mean((means - true) ** 2))
    assert int(np.argmax(means)) == worst
    assert true[np.argmax(found)] > -0.3


def test_what_is_known_well_stays_nearly_as_it_is() -> None:
    places, true, _, _ = _hill()
    found = smoothed(places, true, np.full(len(true), 1e-4))
    assert np.abs(found - true).max() < 1e-3


def test_another_unit_gives_the_same_order() -> None:
    places, _, means, errors = _hill()
    found, other = smoothed(places, means, errors), smoothed(places, 7 + 20 * means, 20 * errors)
    assert np.allclose(other, 7 + 20 * found)


def test_means_stay_where_there_is_nothing_to_learn_from() -> None:
    places, _, means, errors = _hill()
    unknown = np.full(len(means), np.nan)
    assert smoothed(places, means, unknown) is means
    assert smoothed(places, means, 0 * errors) is means
    assert (smoothed(places, 0 * means, errors) == 0).all()
    assert smoothed(places[:4], means[:4], errors[:4]).tolist() == means[:4].tolist()
