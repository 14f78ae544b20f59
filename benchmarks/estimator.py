"""Which settings climb best: how much of the gap is left for the same number of evaluations.

Concave quadratics in d controls (curvatures 1 to 5, turned axes, top anywhere in the box's middle),
with noise of its own in every evaluation (`--noise`, standard deviation as a share of the gap at
the start). *Cold* climbs begin at the middle of the box, *warm* ones near the top. Every setting
gets the same evaluations, rounded down to whole steps. Printed: mean share of the gap that is left,
the best of each row's grid of mu and step first.

    python benchmarks/estimator.py --evaluations 50
"""

import argparse
import asyncio
import itertools
from collections.abc import Sequence

import numpy as np

from trialogue.evaluation.ascent import ascended
from trialogue.evaluation.zeroth_order import Objective, Point, Tuning

KINDS = ((4, False), (2, True), (2, False), (1, True), (8, False), (4, True))
MUS = (0.05, 0.1, 0.2, 0.3)
STEPS = (0.1, 0.2, 0.3)


def hill(rng: np.random.Generator, d: int, away: float | None) -> tuple[np.ndarray, Point, Point]:
    """Curvature, top and start: the middle of the box, or `away` a coordinate from the top."""
    turned = np.linalg.qr(rng.standard_normal((d, d))).Q
    top = rng.uniform(-0.7, 0.7, d)
    offset = rng.standard_normal(d)
    offset *= 0.0 if away is None else away * np.sqrt(d) / np.linalg.norm(offset)
    start = np.zeros(d) if away is None else np.clip(top + offset, -1, 1)
    return turned * rng.uniform(1, 5, d) @ turned.T, top, start


async def left(seed: int, d: int, away: float | None, noise: float, tuning: Tuning) -> float:
    """The share of the gap that is left after one climb."""
    rng = np.random.default_rng([seed, d])
    curve, top, start = hill(rng, d, away)
    gap = float((start - top) @ curve @ (start - top))
    cold = float(top @ curve @ top)

    async def quality(points: Sequence[Point], draw: int) -> list[float]:
        gaps = np.array(points) - top
        values = -np.einsum("ni,ij,nj->n", gaps, curve, gaps)
        return list(values + noise * cold * rng.standard_normal(len(points)))

    objective: Objective = quality
    found = (await ascended(objective, start, rng=rng, tuning=tuning)).best - top
    return float(found @ curve @ found) / gap


def main(options: argparse.Namespace) -> None:
    """Print a table for every number of controls, cold and warm."""
    for d, away in itertools.product(options.d, (None, 0.2)):
        print(f"{d} controls, {'cold' if away is None else 'warm'}, noise {options.noise:.0%}")
        for directions, central in KINDS:
            print("  " + row(directions, central, d, away, options), flush=True)


def row(
    directions: int, central: bool, d: int, away: float | None, options: argparse.Namespace
) -> str:
    """The best settings of one kind of estimate, and what they leave."""
    found = []
    for mu, step in itertools.product(MUS, STEPS):
        one = Tuning(1, directions, mu, step, options.final, central)
        steps = max(1, (options.evaluations - 2) // one.step_price)
        tuning = Tuning(steps, directions, mu, step, options.final, central)
        climbs = [left(seed, d, away, options.noise, tuning) for seed in range(options.seeds)]
        mean = np.mean([asyncio.run(climb) for climb in climbs])
        found.append((float(mean), mu, step, steps))
    found.sort()
    shown = "  ".join(f"{mean:.2f} (mu {mu}, step {step})" for mean, mu, step, _ in found[:3])
    kind = "central" if central else "forward"
    return f"{kind} q={directions} steps={found[0][3]:<3} {shown}  worst {found[-1][0]:.2f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evaluations", type=int, default=50)
    parser.add_argument("--noise", type=float, default=0.03)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--final", type=float, default=0.2)
    parser.add_argument("--d", type=int, nargs="+", default=[4, 10])
    main(parser.parse_args())
