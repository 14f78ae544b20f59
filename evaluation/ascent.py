"""Ascent by zeroth-order gradients (R, eqs. 6-7), with the best point so far kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from trialogue.errors import LimitReached
from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.zeroth_order import (
    Gradient,
    Objective,
    Point,
    Tuning,
    asked,
    gradient_of,
    probes_around,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: where it began, what was estimated there, and how far it went (0: nowhere)."""

    draw: int
    point: Point
    gradient: Gradient
    length: float
    incumbent: float


@dataclass(frozen=True, slots=True)
class Ascent:
    """The incumbent, its mean quality over `seen` draws (NaN if never found), and the steps.

    `ended` says which limit stopped it before its last step, "" if none did.
    """

    best: Point
    value: float
    seen: int
    history: tuple[Step, ...]
    evaluations: int
    ended: str = ""

    @property
    def zeros(self) -> int:
        """Probes without any difference."""
        return sum(step.gradient.zeros for step in self.history)

    @property
    def missing(self) -> int:
        """Probes that failed."""
        return sum(step.gradient.missing for step in self.history)


async def ascended(
    objective: Objective,
    start: Point,
    *,
    rng: np.random.Generator,
    tuning: Tuning | None = None,
    first_draw: int = 0,
    box: float = 1.0,
) -> Ascent:
    """Climb from `start` by normalised steps projected to the box; one draw and one batch a step.

    The incumbent meets every later point under that point's draw, so that a lucky evaluation is
    found out; the better of the pair stays. Draws are first_draw, first_draw + 1, … A
    `LimitReached` of the objective ends the climb; what was found until then is given back.
    """
    tuning = tuning or Tuning()
    climb = _Climb(objective, start, tuning, box)
    try:
        for index in range(tuning.steps):
            await climb.step(index, first_draw + index, rng)
        if tuning.steps and tuning.keep:
            await climb.compare(first_draw + tuning.steps)
    except LimitReached as reached:
        return replace(climb.ascent, ended=str(reached))
    return climb.ascent


class _Climb:
    def __init__(self, objective: Objective, start: Point, tuning: Tuning, box: float) -> None:
        self.tuning = tuning
        self._objective, self._box = objective, box
        self._x = self._best = np.clip(np.asarray(start, np.float64), -box, box)
        self._values: list[float] = []
        self._history: list[Step] = []
        self._evaluations = 0

    @property
    def ascent(self) -> Ascent:
        value = float(np.mean(self._values)) if self._values else float("nan")
        found = tuple(self._history)
        return Ascent(self._best, value, len(self._values), found, self._evaluations)

    async def step(self, index: int, draw: int, rng: np.random.Generator) -> None:
        probes = probes_around(self._x, rng, self.tuning, self._box)
        value, values = await self._met(probes, draw)
        gradient = gradient_of(self._x, np.array(probes), values, value, self.tuning)
        norm = float(np.linalg.norm(gradient.vector))
        length = self.tuning.length(index, len(self._x)) if norm > 0 else 0.0
        incumbent = self.ascent.value
        self._history.append(Step(draw, self._x, gradient, length, incumbent))
        if length:
            moved = self._x + length * gradient.vector / norm
            self._x = np.clip(moved, -self._box, self._box)
            if not self.tuning.keep:
                self._best = self._x

    async def compare(self, draw: int) -> None:
        await self._met([], draw)

    async def _met(self, probes: Sequence[Point], draw: int) -> tuple[float, Floats]:
        """Qualities of x and the probes; the incumbent is met under the same draw."""
        if not self.tuning.keep:
            self._evaluations += len(probes) + int(self.tuning.base)
            return await asked(self._objective, self._x, probes, draw, self.tuning)
        same = np.array_equal(self._x, self._best)
        points = [self._x, *([] if same else [self._best]), *probes]
        values = np.asarray(await self._objective(points, draw), np.float64)
        self._evaluations += len(points)
        challenger, incumbent = float(values[0]), float(values[0 if same else 1])
        if challenger > incumbent or (np.isfinite(challenger) and not np.isfinite(incumbent)):
            self._best, self._values = self._x, [challenger]
        elif np.isfinite(incumbent):
            self._values.append(incumbent)
        return challenger, values[len(points) - len(probes) :]
