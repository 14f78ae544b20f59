"""Evolution: the best tree is found, kept, and no more is paid than has to be."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import spearmanr

from trialogue.errors import UsageError
from trialogue.evaluation.evolution import (
    Breeding,
    Candidate,
    Generation,
    Plan,
    best,
    evolve,
    ranked,
    reproduced,
)
from trialogue.evaluation.screening import Screen
from trialogue.evaluation.trees import LIMITS, Leaf, Tree, evaluate, evaluate_many, parse, size

NAN = float("nan")
RNG = np.random.default_rng(0)
VALUES = {name: RNG.normal(size=150) for name in "abcdef"}
FRESH = {name: RNG.normal(size=1000) for name in "abcdef"}
PLANTED = parse("tanh(a) + 0.8*b - 0.5*c")
BREEDING = Breeding(tuple(VALUES))


class _Scorer:
    """Spearman's rho with the planted formula, plus noise drawn from tree and repetition."""

    def __init__(self, noise: float = 0.0) -> None:
        self.noise = noise
        self.asked: list[tuple[Tree, int]] = []

    async def __call__(self, trees: Sequence[Tree], repetition: int) -> list[float]:
        self.asked += [(tree, repetition) for tree in trees]
        return [self._score(tree, repetition) for tree in trees]

    def _score(self, tree: Tree, repetition: int) -> float:
        rho = float(spearmanr(evaluate(tree, VALUES), evaluate(PLANTED, VALUES)).statistic)
        seed = [size(tree), repetition, int(1e6 * abs(rho))]
        return rho + self.noise * float(np.random.default_rng(seed).normal())


def _screen() -> Screen:
    return Screen(VALUES, {})


def _agreement(tree: Tree) -> float:
    return float(spearmanr(evaluate(tree, FRESH), evaluate(PLANTED, FRESH)).statistic)


async def test_a_planted_formula_is_found_again_on_fresh_data() -> None:
    plan = Plan(population=40, generations=30, repetitions=2, parents=4)
    found = await evolve(_Scorer(0.02), BREEDING, np.random.default_rng(1), plan, _screen())
    assert found.best is not None
    assert _agreement(found.best.tree) >= 0.95
    assert len(found.best.scores) == 2
    assert LIMITS.allow(found.best.tree)


async def test_the_incumbent_is_kept_and_every_generation_told() -> None:
    told: list[Generation] = []
    plan = Plan(population=8, generations=12)
    found = await evolve(
        _Scorer(), BREEDING, np.random.default_rng(2), plan, _screen(), told.append
    )
    means = [generation.best.mean for generation in told if generation.best]
    assert [generation.number for generation in told] == list(range(12))
    assert means == sorted(means)
    assert found.best == told[-1].best
    assert found.generations == tuple(told)
    assert all(best(g.candidates) is not None for g in told)


async def test_no_tree_is_scored_twice_and_screening_adds_up() -> None:
    scorer, plan = _Scorer(), Plan(population=20, generations=10)
    found = await evolve(scorer, BREEDING, np.random.default_rng(3), plan, _screen())
    assert len(set(scorer.asked)) == len(scorer.asked) == found.scored
    assert found.screened.accepted == found.scored
    assert found.screened.accepted + found.screened.saved == 200
    again = _Scorer()
    plain = await evolve(again, BREEDING, np.random.default_rng(3), plan)
    assert len(set(again.asked)) == len(again.asked) == plain.scored
    assert plain.screened.saved == 0


async def test_the_same_generator_gives_the_same_search() -> None:
    plan = Plan(population=10, generations=6, repetitions=2, parents=2)
    runs = [
        await evolve(_Scorer(0.1), BREEDING, np.random.default_rng(4), plan, _screen())
        for _ in range(2)
    ]
    assert runs[0] == runs[1]


async def test_only_what_comes_out_on_top_is_scored_again() -> None:
    scorer, plan = _Scorer(0.2), Plan(population=30, generations=1, repetitions=5)
    found = await evolve(scorer, BREEDING, np.random.default_rng(5), plan, _screen())
    counts = [len(candidate.scores) for candidate in found.generations[0].candidates]
    assert found.best is not None
    assert len(found.best.scores) == 5
    assert counts.count(1) > len(counts) / 2
    assert sum(counts) == found.scored == len(scorer.asked)


async def test_failed_scores_are_no_scores() -> None:
    async def half(trees: Sequence[Tree], repetition: int) -> list[float]:
        scores = await _Scorer()(trees, repetition)
        return [NAN if place % 2 == repetition % 2 else s for place, s in enumerate(scores)]

    plan = Plan(population=12, generations=8, repetitions=3)
    found = await evolve(half, BREEDING, np.random.default_rng(6), plan, _screen())
    assert found.best is not None
    assert np.isfinite(found.best.mean)


async def test_a_scorer_that_always_fails_ends_without_a_tree() -> None:
    async def never(trees: Sequence[Tree], repetition: int) -> list[float]:
        return [NAN] * len(trees)

    found = await evolve(never, BREEDING, np.random.default_rng(7), Plan(4, 3), _screen())
    assert found.best is None
    assert len(found.generations) == 3


async def test_a_scorer_that_always_says_the_same_ends_with_the_first_tree() -> None:
    async def same(trees: Sequence[Tree], repetition: int) -> list[float]:
        return [3.0] * len(trees)

    plan = Plan(population=5, generations=20, patience=4)
    found = await evolve(same, BREEDING, np.random.default_rng(8), plan, _screen())
    assert found.best is not None
    assert found.best.generation == 0


async def test_of_trees_that_rank_alike_the_smallest_is_kept() -> None:
    from trialogue.evaluation.trees import Chances

    deleting = Chances(0, 0, insertion=0, deletion=1, replacement=0, weighting=0, exchange=0)
    breeding = Breeding(("a",), chances=deleting, levels=3)
    found = await evolve(_Scorer(), breeding, np.random.default_rng(1), Plan(30, 5), _screen())
    assert found.best is not None
    assert size(found.best.tree) <= 2
    assert found.scored < 40


async def test_a_search_that_is_stuck_starts_anew() -> None:
    async def first_wins(trees: Sequence[Tree], repetition: int) -> list[float]:
        return [float(-size(tree)) for tree in trees]

    plan = Plan(population=5, generations=9, patience=2)
    found = await evolve(first_wins, BREEDING, np.random.default_rng(9), plan)
    carried = [
        min(c.generation for c in generation.candidates) == generation.number
        for generation in found.generations
    ]
    assert carried[0]
    assert any(carried[1:])


def test_the_highest_mean_is_first_and_no_score_is_out() -> None:
    a, b, c = Leaf("a"), Leaf("b"), Leaf("c")
    pool = [
        Candidate(a, 0, (0.9, 0.1)),
        Candidate(b, 0, (0.6, NAN)),
        Candidate(c, 0, (NAN,)),
        Candidate(a, 1, (0.6,)),
    ]
    assert [one.tree for one in ranked(pool)] == [b, a, a]
    assert best(pool) == pool[1]
    assert best(pool[2:3]) is None


def test_parents_take_turns() -> None:
    from trialogue.evaluation.trees import Chances

    copies = Breeding(("a", "b"), chances=Chances(copy=1, fresh=0))
    trees = reproduced(np.random.default_rng(0), [Leaf("a"), Leaf("b")], copies, 3)
    assert trees == [Leaf("a"), Leaf("b"), Leaf("a")]
    grown = reproduced(np.random.default_rng(0), [], BREEDING, 5)
    assert np.isnan(evaluate_many(grown, VALUES)).sum() == 0


@pytest.mark.parametrize(
    "field", ["population", "generations", "repetitions", "patience", "parents"]
)
def test_a_plan_has_at_least_one_of_each(field: str) -> None:
    with pytest.raises(UsageError):
        Plan(**{field: 0})
