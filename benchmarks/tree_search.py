"""Whether evolution finds a planted formula again from noisy scores.

`python benchmarks/tree_search.py` plants a random tree of at least three metrics in each of ten
seeds, among twelve correlated ones. Training dialogues are rated by the planted formula's order
plus noise, so that the planted formula itself agrees with them to about 0.8; and every score that
a tree gets, its Spearman correlation with those ratings, has noise of its own, drawn anew for
every repetition. What counts is Spearman's rho of the best tree with the planted one on fresh
dialogues without noise. Trees are screened as in a real search.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import norm, rankdata, spearmanr

from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.evolution import Breeding, Evolved, Plan, Scorer, evolve
from trialogue.evaluation.screening import Screen
from trialogue.evaluation.trees import (
    Limits,
    Tree,
    evaluate,
    evaluate_many,
    formula,
    grown,
    names,
    simplified,
)

METRICS, FACTORS, FRESH = 12, 4, 2000
NAMES = tuple(f"m{number}" for number in range(METRICS))
GOAL = 0.95


def leaf_values(rng: np.random.Generator, loads: Floats, count: int) -> dict[str, Floats]:
    """Standardised values by metric, (count,), correlated through common factors."""
    own = 0.8
    drawn = rng.normal(size=(count, FACTORS)) @ loads + own * rng.normal(size=(count, METRICS))
    scaled = np.clip(drawn / np.sqrt((loads**2).sum(axis=0) + own**2), -5, 5)
    return {name: scaled[:, place] for place, name in enumerate(NAMES)}


def planted_tree(rng: np.random.Generator, values: dict[str, Floats]) -> Tree:
    """A random tree of three levels, three metrics or more, and values that are not one spike."""
    while True:
        tree = grown(rng, NAMES, 3, Limits(depth=3, size=9))
        found = evaluate(tree, values)
        spread = float(np.std(found))
        sound = np.isfinite(found).all() and 1e-3 < spread > np.abs(found).max() / 50
        if len(names(simplified(tree))) >= 3 and sound:
            return tree


def agreement(values: Floats, ratings: Floats) -> Floats:
    """Spearman's rho of each row, (T, D), with ratings, (D,)."""
    ranks = rankdata(values, axis=1) - (len(ratings) + 1) / 2
    wanted = rankdata(ratings) - (len(ratings) + 1) / 2
    found: Floats = (ranks @ wanted) / np.sqrt((ranks**2).sum(axis=1) * (wanted**2).sum())
    return found


def scorer(values: dict[str, Floats], ratings: Floats, noise: float, seed: int) -> Scorer:
    """Scores by agreement, each with noise of its own."""
    rng = np.random.default_rng([seed, 2])

    async def score(trees: Sequence[Tree], repetition: int) -> list[float]:
        found = agreement(evaluate_many(trees, values), ratings)
        return list(found + noise * rng.normal(size=len(trees)))

    return score


def found_again(seed: int, options: Any) -> float:
    """Plant, search, print a line; the agreement on fresh dialogues."""
    rng = np.random.default_rng([seed, 1])
    loads = 0.5 * rng.normal(size=(FACTORS, METRICS))
    values = leaf_values(rng, loads, options.dialogues)
    planted = planted_tree(rng, values)
    order = norm.ppf((rankdata(evaluate(planted, values)) - 0.5) / options.dialogues)
    ratings = order + options.rating_noise * rng.normal(size=options.dialogues)
    fresh = leaf_values(rng, loads, FRESH)
    start = time.perf_counter()
    found = searched(scorer(values, ratings, options.score_noise, seed), values, seed, options)
    seconds = time.perf_counter() - start
    if found.best is None:
        print(f"{seed:4}  nothing was found", flush=True)
        return float("nan")
    tree = found.best.tree
    rho = float(spearmanr(evaluate(tree, fresh), evaluate(planted, fresh)).statistic)
    ceiling = float(agreement(evaluate(planted, values)[None], ratings)[0])
    print(
        f"{seed:4} {rho:8.3f} {found.best.mean:7.3f} {ceiling:8.3f} {found.scored:8,} "
        f"{found.screened.saved:8,} {seconds:8.1f}\n     planted  {formula(planted)}\n"
        f"     found    {formula(simplified(tree))}",
        flush=True,
    )
    return rho


def searched(score: Scorer, values: dict[str, Floats], seed: int, options: Any) -> Evolved:
    """Evolution over all twelve metrics with the plan of the options."""
    plan = Plan(
        population=options.population,
        generations=options.generations,
        repetitions=options.repetitions,
        patience=options.patience,
        parents=options.parents,
    )
    rng = np.random.default_rng([seed, 3])
    return asyncio.run(evolve(score, Breeding(NAMES), rng, plan, Screen(values, {})))


def main(options: Any) -> None:
    """Print a row for each seed, and in how many the goal was reached."""
    head = ("seed", "on fresh", "score", "planted", "scored", "saved", "seconds")
    print("{:>4} {:>8} {:>7} {:>8} {:>8} {:>8} {:>8}".format(*head), flush=True)
    found = [found_again(options.first + place, options) for place in range(options.seeds)]
    reached = sum(rho >= GOAL for rho in found)
    print(f"{GOAL} or more on fresh dialogues: {reached} of {len(found)} seeds")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--dialogues", type=int, default=400)
    parser.add_argument("--rating-noise", type=float, default=0.7, help="in standard deviations")
    parser.add_argument("--score-noise", type=float, default=0.02)
    parser.add_argument("--population", type=int, default=200)
    parser.add_argument("--generations", type=int, default=900)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--patience", type=int, default=30)
    parser.add_argument("--parents", type=int, default=10)
    main(parser.parse_args())
