"""The trilevel loop on nested quadratics with a known solution and noise.

A metric is a pair of weighted sums of base metrics, f for dialogues and g for turns, as the leaves
of two small trees. Base metric k is a quadratic in its own level's controls whose top depends on
the other level's, so that the top of f or g moves with the weights and with the other level:

    f(w, theta, phi) = sum_k w_k (-|theta - a_k - A phi|^2_P),   g alike in phi with b_k, B, Q
    h(theta, phi)    = -|theta - theta*|^2 - |phi - phi*|^2

The solution (theta*, phi*) is where both tops meet under hidden weights; with `--offset` it lies
that far from where any weights lead, and the best weights' remaining loss is found numerically.
Every evaluation has noise: its own for every point and draw (`--noise`, standard deviation as a
share of the level's gap at the start), and one shared by all points of a draw (`--shared`).

    python benchmarks/trilevel_quadratic.py --seeds 20 --budget 2000 --noise 0.03
"""

import argparse
import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trialogue.evaluation.level_budget import LevelBudget
from trialogue.evaluation.trials import COPY, Candidate, Place, Proposal
from trialogue.evaluation.trilevel import Plan, Problem, Trilevel

Array = np.ndarray


@dataclass(frozen=True)
class Weights:
    """A metric: weights of f's and of g's base metrics, each positive with sum 1."""

    f: Array
    g: Array


@dataclass(frozen=True)
class Base:
    """K base metrics of a level with d controls: -|x - top_k - couple @ y|^2 in P_k, (K, d, d)."""

    tops: Array
    curves: Array
    couple: Array

    def quality(self, weights: Array, x: Array, y: Array) -> float:
        """The weighted sum at the level's own controls x and the other level's y."""
        gaps = x - self.tops - self.couple @ y
        return -float(weights @ np.einsum("ki,kij,kj->k", gaps, self.curves, gaps))

    def top(self, weights: Array) -> Array:
        """The best own controls under weights where the other level's are 0."""
        curves = np.tensordot(weights, self.curves, 1)
        pulls = np.einsum("k,kij,kj->i", weights, self.curves, self.tops)
        return np.linalg.solve(curves, pulls)


@dataclass(frozen=True)
class Instance:
    """One nested problem: base metrics of dialogues and turns, the outer top, and the start."""

    dialogues: Base
    turns: Base
    top: Place
    start: Place

    def h(self, place: Place) -> float:
        """The outer quality."""
        gaps = np.concatenate([place.theta - self.top.theta, place.phi - self.top.phi])
        return -float(gaps @ gaps)

    def solved(self, w: Weights) -> Place:
        """Where theta is best for f at phi, and phi for g at theta."""
        return settled(self.dialogues, self.turns, w)


def settled(dialogues: Base, turns: Base, w: Weights) -> Place:
    """The fixed point theta = top_f + A phi, phi = top_g + B theta."""
    d = dialogues.couple.shape[0]
    coupled = np.block(
        [[np.eye(d), -dialogues.couple], [-turns.couple, np.eye(turns.couple.shape[0])]]
    )
    both = np.linalg.solve(coupled, np.concatenate([dialogues.top(w.f), turns.top(w.g)]))
    return Place(both[:d], both[d:])


def instance(seed: int, d: int, leaves: int, offset: float) -> Instance:
    """A problem drawn from a seed; its solution lies inside the box, away from the start."""
    rng = np.random.default_rng([seed, 1])
    while True:
        dialogues, turns = base(rng, d, leaves), base(rng, d, leaves)
        hidden = weights(rng, leaves)
        top = settled(dialogues, turns, hidden)
        even = Weights(np.full(leaves, 1 / leaves), np.full(leaves, 1 / leaves))
        start = Place(np.zeros(d), np.zeros(d))
        both = np.concatenate(top)
        apart = np.linalg.norm(both - np.concatenate(settled(dialogues, turns, even)))
        if np.abs(both).max() < 0.9 and apart > 0.5 and np.linalg.norm(both) > 1:
            away = rng.standard_normal(2 * d)
            both = both + offset * away / np.linalg.norm(away)
            return Instance(dialogues, turns, Place(both[:d], both[d:]), start)


def base(rng: np.random.Generator, d: int, leaves: int) -> Base:
    """Tops anywhere in the box, curvatures from 1 to 5 along turned axes, a weak coupling."""
    turned = np.linalg.qr(rng.standard_normal((leaves, d, d))).Q
    curves = np.einsum("kij,kj,klj->kil", turned, rng.uniform(1, 5, (leaves, d)), turned)
    couple = rng.standard_normal((d, d))
    return Base(rng.uniform(-1, 1, (leaves, d)), curves, 0.4 * couple / np.linalg.norm(couple, 2))


def weights(rng: np.random.Generator, leaves: int) -> Weights:
    """Weights drawn evenly from the simplex."""
    return Weights(rng.dirichlet(np.ones(leaves)), rng.dirichlet(np.ones(leaves)))


def mutated(rng: np.random.Generator, w: Weights) -> Weights:
    """The weights a little or a lot off, of one metric or both."""
    spread = np.exp(rng.uniform(np.log(0.1), np.log(1.5)))
    which = rng.integers(3)
    f, g = (
        w_ * np.exp(spread * rng.standard_normal(len(w_))) + 1e-3 if which != other else w_
        for w_, other in ((w.f, 1), (w.g, 2))
    )
    return Weights(f / f.sum(), g / g.sum())


@dataclass(frozen=True)
class Noise:
    """Standard deviations as shares of a level's gap at the start, and the share of failures."""

    own: float = 0.05
    shared: float = 0.3
    fails: float = 0.0


class Noisy:
    """An instance as a `Problem`: what an evaluation finds is fixed by level, point and draw."""

    def __init__(self, problem: Instance, noise: Noise, seed: int) -> None:
        self._problem, self._noise, self._seed = problem, noise, seed
        self._gaps = gaps(problem)

    async def turns(self, w: Weights, places: Sequence[Place], draw: int) -> list[float]:
        """g of places."""
        quality = self._problem.turns.quality
        return [self._met("turns", quality(w.g, p.phi, p.theta), p, draw) for p in places]

    async def dialogues(self, w: Weights, places: Sequence[Place], draw: int) -> list[float]:
        """f of places."""
        quality = self._problem.dialogues.quality
        return [self._met("dialogues", quality(w.f, p.theta, p.phi), p, draw) for p in places]

    async def judge(self, places: Sequence[Place], draw: int) -> list[float]:
        """h of places."""
        return [self._met("judge", self._problem.h(p), p, draw) for p in places]

    def _met(self, level: str, quality: float, place: Place, draw: int) -> float:
        own = self._drawn(level, draw, np.concatenate(place).tobytes())
        common = self._drawn(level, draw, b"")
        if own.random() < self._noise.fails:
            return float("nan")
        noise = self._noise.own * own.standard_normal()
        noise += self._noise.shared * common.standard_normal()
        return quality + self._gaps[level] * float(noise)

    def _drawn(self, level: str, draw: int, point: bytes) -> np.random.Generator:
        text = f"{self._seed}/{level}/{draw}/".encode() + point
        digest = hashlib.sha256(text).digest()
        return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def gaps(problem: Instance) -> dict[str, float]:
    """How much each level can gain from the start, f and g under even weights."""
    count = len(problem.dialogues.tops)
    even = np.full(count, 1 / count)
    found = {"judge": problem.h(problem.top) - problem.h(problem.start)}
    for name, level in (("dialogues", problem.dialogues), ("turns", problem.turns)):
        nothing = np.zeros(level.couple.shape[1])
        best = level.quality(even, level.top(even), nothing)
        found[name] = best - level.quality(even, nothing, nothing)
    return found


async def propose(
    rng: np.random.Generator, leader: Candidate[Weights] | None, count: int, leaves: int
) -> list[Proposal[Weights]]:
    """R's three ways: copy the leader, begin anew, or mutate it."""
    if leader is None:
        return [Proposal(weights(rng, leaves), "new") for _ in range(count)]
    made = []
    for place in range(count):
        if place == 0:
            made.append(Proposal(leader.omega, COPY))
        elif rng.random() < 0.2:
            made.append(Proposal(weights(rng, leaves), "re-initialisation"))
        else:
            made.append(Proposal(mutated(rng, leader.omega), "mutation"))
    return made


def least_loss(problem: Instance, leaves: int) -> float:
    """The loss of h where the best weights lead (0 without an offset), by many local searches."""
    from scipy.optimize import minimize

    def loss(logits: Array) -> float:
        f, g = (np.exp(part - part.max()) for part in np.split(logits, 2))
        return -problem.h(problem.solved(Weights(f / f.sum(), g / g.sum())))

    rng = np.random.default_rng(0)
    starts = rng.normal(0, 1.5, (20, 2 * leaves))
    return min(float(minimize(loss, start, method="BFGS").fun) for start in starts)


@dataclass(frozen=True)
class Outcome:
    """Shares of the gap that were closed, and what it took.

    `found` at the place that came out, `settled` where its metric's tops really are.
    """

    found: float
    settled: float
    evaluations: int
    spent: dict[str, int]
    candidates: int
    ended: str


async def closed(seed: int, options: argparse.Namespace, plan: Plan) -> Outcome:
    """One run of the whole loop."""
    problem = instance(seed, options.d, options.leaves, options.offset)
    noisy = Noisy(problem, Noise(options.noise, options.shared, options.fails), seed)

    async def offspring(rng, leader, count):  # type: ignore[no-untyped-def]
        return await propose(rng, leader, count, options.leaves)

    objectives = Problem(noisy.turns, noisy.dialogues, noisy.judge, offspring)
    budget = LevelBudget(options.budget)
    rng = np.random.default_rng([seed, 2])
    loop = Trilevel(objectives, problem.start, rng=rng, budget=budget, plan=plan)
    search = await loop.run()
    leader = search.leader
    assert leader is not None
    begin = -problem.h(problem.start)
    least = least_loss(problem, options.leaves) if options.offset else 0.0
    return Outcome(
        found=(begin + problem.h(leader.place)) / (begin - least),
        settled=(begin + problem.h(problem.solved(leader.omega))) / (begin - least),
        evaluations=budget.evaluations,
        spent={level: spent.evaluations for level, spent in budget.spent.items()},
        candidates=len(search.past),
        ended=search.ended,
    )


def main(options: argparse.Namespace) -> None:
    """Print a line a seed and how many reached 95%."""
    plan = Plan()
    found = []
    for seed in range(options.first, options.first + options.seeds):
        one = asyncio.run(closed(seed, options, plan))
        found.append(one)
        print(
            f"seed {seed:3}  closed {one.found:6.1%}  at its metric's top {one.settled:6.1%}  "
            f"evaluations {one.evaluations} {one.spent}  candidates {one.candidates}",
            flush=True,
        )
    reached = sum(one.found >= 0.95 for one in found)
    both = sum(min(one.found, one.settled) >= 0.95 for one in found)
    print(f"noise {options.noise:.0%} own, {options.shared:.0%} shared; budget {options.budget}")
    print(f">= 95% closed: {reached} of {len(found)}; at the metric's top as well: {both}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--budget", type=int, default=2000)
    parser.add_argument("--noise", type=float, default=0.03)
    parser.add_argument("--shared", type=float, default=0.3)
    parser.add_argument("--fails", type=float, default=0.0)
    parser.add_argument("--d", type=int, default=4, help="controls of each level")
    parser.add_argument("--leaves", type=int, default=2)
    parser.add_argument("--offset", type=float, default=0.0)
    main(parser.parse_args())
