"""The estimator against gradients known in closed form, and the climb on hills that can be seen."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from trialogue.errors import LimitReached, UsageError
from trialogue.evaluation.ascent import Ascent, ascended
from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.zeroth_order import (
    Gradient,
    Objective,
    Point,
    Tuning,
    estimated,
)

X = np.array([0.3, -0.5, 0.1])
CURVE = np.array([[2.0, 0.5, 0.0], [0.5, 1.0, 0.2], [0.0, 0.2, 3.0]])
MU = 0.4


def batch(function: Callable[[Point], float]) -> Objective:
    async def objective(points: Sequence[Point], draw: int) -> list[float]:
        return [float(function(point)) for point in points]

    return objective


def quadratic(x: Point) -> float:
    return float(-x @ CURVE @ x)


async def mean_of(objective: Objective, tuning: Tuning, count: int = 800) -> list[Gradient]:
    rng = np.random.default_rng(5)
    return [await estimated(objective, X, rng=rng, tuning=tuning, box=np.inf) for _ in range(count)]


SMOOTHED: dict[str, tuple[Callable[[Point], float], Floats, Floats]] = {
    "quadratic": (quadratic, -2 * CURVE @ X, -2 * CURVE @ X + 0.2),
    "cubic": (lambda x: float(np.sum(x**3)), 3 * (X**2 + MU**2), 3 * X**2),
    "waves": (
        lambda x: float(np.sum(np.sin(3 * x))),
        3 * np.cos(3 * X) * np.exp(-9 * MU**2 / 2),
        3 * np.cos(3 * X),
    ),
}


@pytest.mark.parametrize("central", [False, True])
@pytest.mark.parametrize("name", SMOOTHED)
async def test_the_mean_estimate_is_the_gradient_of_the_smoothed_function(
    name: str, central: bool
) -> None:
    function, smoothed, other = SMOOTHED[name]
    tuning = Tuning(directions=16, mu=MU, central=central)
    found = np.array([one.vector for one in await mean_of(batch(function), tuning)])
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert np.all(np.abs(found.mean(axis=0) - smoothed) < 3.5 * error)
    assert np.any(np.abs(found.mean(axis=0) - other) > 5 * error)


async def test_the_reported_error_is_the_spread_of_estimates() -> None:
    found = await mean_of(batch(quadratic), Tuning(directions=6, mu=0.2), 1000)
    spread = np.array([one.vector for one in found]).var(axis=0, ddof=1)
    reported = np.mean([one.error**2 for one in found], axis=0)
    assert reported == pytest.approx(spread, rel=0.2)


async def test_one_direction_has_no_error() -> None:
    found = (await mean_of(batch(quadratic), Tuning(directions=1), 1))[0]
    assert found.directions == 1
    assert np.all(np.isnan(found.error))


@pytest.mark.parametrize("central", [False, True])
async def test_at_the_edge_probes_stay_inside_and_the_mean_still_points_uphill(
    central: bool,
) -> None:
    corner, slope = np.array([1.0, -1.0, 0.2]), np.array([-1.0, 0.5, 0.3])
    seen: list[Point] = []

    async def objective(points: Sequence[Point], draw: int) -> list[float]:
        seen.extend(points)
        return [float(slope @ point) for point in points]

    tuning, rng = Tuning(mu=0.5, central=central), np.random.default_rng(1)
    found = [await estimated(objective, corner, rng=rng, tuning=tuning) for _ in range(500)]
    assert np.abs(seen).max() <= 1
    assert np.mean([one.vector for one in found], axis=0) @ slope > 0.2 * slope @ slope


async def test_base_and_probes_share_a_draw_so_that_its_noise_cancels() -> None:
    async def noisy(points: Sequence[Point], draw: int) -> list[float]:
        return [quadratic(point) + 1000.0 * draw for point in points]

    first, second = [
        await estimated(noisy, X, rng=np.random.default_rng(2), draw=draw) for draw in (0, 7)
    ]
    assert first.vector == pytest.approx(second.vector, abs=1e-6)
    assert second.value == pytest.approx(first.value + 7000)


async def test_zero_differences_and_failures_are_counted() -> None:
    calls = iter([1.0, 1.0, float("nan"), 2.0, 1.0])

    async def objective(points: Sequence[Point], draw: int) -> list[float]:
        return [next(calls) for _ in points]

    found = await estimated(objective, X, rng=np.random.default_rng(0))
    assert (found.zeros, found.missing, found.directions) == (2, 1, 3)
    assert found.evaluations == 5
    assert np.all(np.isfinite(found.vector))


async def test_without_a_base_there_is_no_step_and_the_climb_goes_on() -> None:
    async def broken_first(points: Sequence[Point], draw: int) -> list[float]:
        values = [quadratic(point) for point in points]
        return [float("nan"), *values[1:]] if draw == 0 else values

    found = await climb(broken_first, Tuning(steps=6))
    assert found.history[0].length == 0
    assert found.history[0].gradient.missing == 4
    assert found.value > quadratic(X)


async def test_a_dead_objective_leaves_the_start() -> None:
    found = await climb(batch(lambda _: float("nan")), Tuning(steps=3))
    assert np.array_equal(found.best, X)
    assert np.isnan(found.value)
    assert found.missing == 12


async def climb(objective: Objective, tuning: Tuning) -> Ascent:
    return await ascended(objective, X, rng=np.random.default_rng(3), tuning=tuning)


@pytest.mark.parametrize("central", [False, True])
@pytest.mark.parametrize("keep", [False, True])
async def test_a_climb_closes_most_of_the_gap_and_keeps_to_its_price(
    central: bool, keep: bool
) -> None:
    asked: list[Point] = []

    async def counted(points: Sequence[Point], draw: int) -> list[float]:
        asked.extend(points)
        return [quadratic(point) for point in points]

    tuning = Tuning(steps=20, central=central, keep=keep)
    found = await climb(counted, tuning)
    assert quadratic(found.best) > 0.2 * quadratic(X)
    assert found.evaluations == len(asked) <= tuning.price


async def test_the_incumbent_is_never_given_up_for_a_worse_point() -> None:
    found = await climb(batch(quadratic), Tuning(steps=15, step=0.9, final=1.0))
    kept = [step.incumbent for step in found.history]
    met = [step.gradient.value for step in found.history]
    assert kept == sorted(kept)
    assert found.value == pytest.approx(max([*met, found.value]))
    assert min(met) < found.value


async def test_a_lucky_evaluation_is_found_out() -> None:
    async def lucky_start(points: Sequence[Point], draw: int) -> list[float]:
        return [quadratic(point) + (5.0 if draw == 0 else 0.0) for point in points]

    found = await climb(lucky_start, Tuning(steps=10))
    assert not np.array_equal(found.best, X)


async def test_a_limit_ends_the_climb_and_what_was_found_stays() -> None:
    async def limited(points: Sequence[Point], draw: int) -> list[float]:
        if draw == 6:
            raise LimitReached("the budget is used up")
        return [quadratic(point) for point in points]

    found = await climb(limited, Tuning(steps=20))
    assert found.ended == "the budget is used up"
    assert len(found.history) == 6
    assert found.value > quadratic(X)


async def test_no_steps_ask_nothing() -> None:
    tuning = Tuning(steps=0)
    found = await climb(batch(quadratic), tuning)
    assert (found.evaluations, tuning.price) == (0, 0)


@pytest.mark.parametrize(
    "wrong", [{"steps": -1}, {"directions": 0}, {"mu": 0}, {"step": 0}, {"final": 2}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="tuning needs"):
        Tuning(**wrong)  # type: ignore[arg-type]
