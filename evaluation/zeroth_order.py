"""Gradients without derivatives (R, eqs. 6-7): qualities of probes around a point show the way up.

Quality is maximised and points lie in the box [-1, 1]^d. An objective takes a batch of points and
the number of a *draw*: under one draw every point meets the same users and the same seeds (common
random numbers), another draw brings new ones. What failed is NaN.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import numpy as np

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Floats

Point = Floats
"""(d,), every coordinate in [-1, 1]."""

Objective = Callable[[Sequence[Point], int], Awaitable[Sequence[float]]]
"""Qualities of a batch of points under a draw, in their order; NaN where the evaluation failed."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """How to climb; docs/zeroth_order.md says how the defaults were found.

    `directions` probes a step (q), each `mu` away a coordinate (root mean square). The first step
    moves `step` a coordinate, the last `step` * `final`; in between lengths fall geometrically.
    `central` takes each probe on both sides. With `keep` the best point comes out, at the price of
    one or two evaluations a step; without it the last one, which is cheaper where something else
    judges what comes out.
    """

    steps: int = 8
    directions: int = 4
    mu: float = 0.1
    step: float = 0.2
    final: float = 0.2
    central: bool = False
    keep: bool = True

    def __post_init__(self) -> None:
        if self.steps < 0 or self.directions < 1:
            raise UsageError("tuning needs steps >= 0 and at least one direction")
        if not (self.mu > 0 and self.step > 0 and 0 < self.final <= 1):
            raise UsageError("tuning needs mu > 0, step > 0 and final in (0, 1]")

    @property
    def probes(self) -> int:
        """Evaluations of one gradient apart from the base."""
        return self.directions * (2 if self.central else 1)

    @property
    def base(self) -> bool:
        """Whether the point itself is evaluated with its probes."""
        return self.keep or not self.central

    @property
    def step_price(self) -> int:
        """Evaluations that one step needs at most: the probes, the base, the incumbent."""
        return self.probes + int(self.base) + int(self.keep)

    @property
    def price(self) -> int:
        """Evaluations that an ascent needs at most; at the end the last point meets the best."""
        ending = 2 if self.keep and self.steps else 0
        return self.steps * self.step_price + ending

    def length(self, index: int, d: int) -> float:
        """The Euclidean length of step `index`, counted from 0, in d dimensions."""
        share = index / (self.steps - 1) if self.steps > 1 else 0.0
        return float(self.step * self.final**share * np.sqrt(d))


@dataclass(frozen=True, slots=True)
class Gradient:
    """An estimate: the mean over the directions that came back, (d,), and its standard error.

    `error` is NaN with fewer than two directions. `zeros` counts probes without any difference
    (the prompt did not change, say), `missing` those that failed; `value` is the base's quality,
    NaN where it failed or was not asked for.
    """

    vector: Floats
    error: Floats
    value: float
    directions: int
    zeros: int
    missing: int
    evaluations: int


async def estimated(
    objective: Objective,
    x: Point,
    *,
    rng: np.random.Generator,
    tuning: Tuning | None = None,
    draw: int = 0,
    box: float = 1.0,
) -> Gradient:
    """The gradient of the quality smoothed over N(0, mu^2 I), at x (R, eqs. 6-7).

    Probes are cut to [-box, box] and the displacement really made takes the place of mu * u, so
    that the mean of the estimates still points uphill at the edge.
    """
    tuning = tuning or Tuning()
    probes = probes_around(x, rng, tuning, box)
    value, values = await asked(objective, x, probes, draw, tuning)
    return gradient_of(x, np.array(probes), values, value, tuning)


async def asked(
    objective: Objective, x: Point, probes: Sequence[Point], draw: int, tuning: Tuning
) -> tuple[float, Floats]:
    """Qualities of x (NaN if it is not asked for) and of its probes."""
    points = [x, *probes] if tuning.base else [*probes]
    values = np.asarray(await objective(points, draw), np.float64)
    return (float(values[0]), values[1:]) if tuning.base else (float("nan"), values)


def probes_around(x: Point, rng: np.random.Generator, tuning: Tuning, box: float) -> list[Point]:
    """x + mu * u for every direction, then x - mu * u if central, cut to the box."""
    away = tuning.mu * rng.standard_normal((tuning.directions, len(x)))
    both = np.concatenate([away, -away]) if tuning.central else away
    return list(np.clip(x + both, -box, box))


def gradient_of(x: Point, probes: Floats, values: Floats, value: float, tuning: Tuning) -> Gradient:
    """The estimate from probes, (n, d), and their qualities, (n,); `value` is that of x."""
    if tuning.central:
        ahead, behind = np.split(probes, 2)
        above, below = np.split(values, 2)
        moved, differences = (ahead - behind) / 2, (above - below) / 2
    else:
        moved, differences = probes - x, values - value
    there = np.isfinite(differences)
    parts = (differences[:, None] * moved)[there] / tuning.mu**2
    n = len(parts)
    return Gradient(
        vector=parts.mean(axis=0) if n else np.zeros(len(x)),
        error=parts.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(len(x), np.nan),
        value=value,
        directions=n,
        zeros=int(np.sum(differences[there] == 0)),
        missing=int(np.sum(~there)),
        evaluations=len(values) + int(tuning.base),
    )
