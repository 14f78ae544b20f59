"""The nested loop on problems whose solution is known."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from trialogue.errors import LimitReached
from trialogue.evaluation.level_budget import LevelBudget
from trialogue.evaluation.trials import COPY, UNTUNED, Candidate, Place, Proposal, Search
from trialogue.evaluation.trilevel import Plan, Problem, Trilevel

START = Place(np.zeros(2), np.zeros(2))
TOP = 0.6


async def turns(omega: float, places: Sequence[Place], draw: int) -> list[float]:
    """Best at phi = omega."""
    return [-float(np.sum((place.phi - omega) ** 2)) for place in places]


async def dialogues(omega: float, places: Sequence[Place], draw: int) -> list[float]:
    """Best at theta = phi."""
    return [-float(np.sum((place.theta - place.phi) ** 2)) for place in places]


async def judge(places: Sequence[Place], draw: int) -> list[float]:
    """Best at theta = TOP, so omega should be TOP; draws differ by a lot."""
    shared = float(np.random.default_rng(draw).standard_normal())
    return [shared - float(np.sum((place.theta - TOP) ** 2)) for place in places]


async def propose(
    rng: np.random.Generator, leader: Candidate[float] | None, count: int
) -> list[Proposal[float]]:
    if leader is None:
        return [Proposal(float(rng.uniform(-1, 1)), "new") for _ in range(count)]
    changed = [
        Proposal(leader.omega + 0.3 * float(rng.standard_normal()), "mutation")
        for _ in range(count - 1)
    ]
    return [Proposal(leader.omega, COPY), *changed]


PROBLEM = Problem(turns, dialogues, judge, propose)


def loop(
    problem: Problem[float] = PROBLEM,
    budget: LevelBudget | None = None,
    plan: Plan | None = None,
    seed: int = 0,
) -> Trilevel[float]:
    rng = np.random.default_rng(seed)
    return Trilevel(problem, START, rng=rng, budget=budget, plan=plan or Plan(generations=12))


async def test_the_search_finds_the_metric_whose_optimum_is_the_judges() -> None:
    search = await loop().run()
    leader = search.leader
    assert leader is not None
    begin = 2 * TOP**2
    assert float(np.sum((leader.place.theta - TOP) ** 2)) < 0.05 * begin
    assert search.ended == "all 12 generations are done"


async def test_a_run_is_the_same_again() -> None:
    first, second = [await loop(seed=4).run() for _ in range(2)]
    assert [c.h for c in first.past] == [c.h for c in second.past]


@pytest.mark.parametrize("total", [0, 20, 33, 150, 401])
async def test_a_budget_is_never_overrun_and_what_was_learnt_is_kept(total: int) -> None:
    asked = 0

    async def counted(omega: float, places: Sequence[Place], draw: int) -> list[float]:
        nonlocal asked
        asked += 3 * len(places)
        return await dialogues(omega, places, draw)

    budget = LevelBudget(total, {"dialogues": 3})
    plan = Plan()
    search = await loop(replace(PROBLEM, dialogues=counted), budget, plan).run()
    assert budget.units <= total
    assert budget.spent["dialogues"].units == asked
    assert search.ended.startswith("one more metric takes up to")
    least = budget.price(plan.wanted())
    assert (search.leader is not None) == (total >= least)
    assert {c.fate for c in search.past} <= {"judged"}


async def test_the_start_is_judged_too_and_leads_if_nothing_is_better() -> None:
    async def best_at_start(places: Sequence[Place], draw: int) -> list[float]:
        return [-float(np.sum(np.concatenate(place) ** 2)) for place in places]

    search = await loop(replace(PROBLEM, judge=best_at_start), plan=Plan(generations=3)).run()
    assert search.leader is not None
    assert search.leader.origin == UNTUNED
    assert np.array_equal(search.leader.place.theta, START.theta)


async def test_refused_metrics_cost_nothing_and_barren_generations_end() -> None:
    budget = LevelBudget(10_000)

    async def only_new(
        rng: np.random.Generator, leader: Candidate[float] | None, count: int
    ) -> list[Proposal[float]]:
        return [Proposal(0.5, "new") for _ in range(count)]

    refused = replace(PROBLEM, propose=only_new, refuse=lambda _: "it is constant")
    search = await loop(refused, budget, Plan(barren=4)).run()
    assert budget.spent["turns"].units == budget.spent["dialogues"].units == 0
    assert {c.reason for c in search.past if c.origin == "new"} == {"it is constant"}
    assert search.ended == "no metric of the last 4 generations was worth trying"


async def test_a_metric_like_another_takes_its_score() -> None:
    alike = replace(PROBLEM, alike=lambda omega: omega > 0)
    budget = LevelBudget(None)
    search = await loop(alike, budget, Plan(population=8, generations=1)).run()
    numbered = {c.number: c for c in search.past}
    like = [c for c in search.past if c.fate == "equivalent"]
    assert len(like) == 6
    for one in like:
        assert one.like is not None
        other = numbered[one.like]
        assert (one.h, (one.omega > 0)) == (other.h, (other.omega > 0))
    assert budget.spent["turns"].evaluations == 2 * Plan().turns.price


async def test_a_judge_that_fails_half_the_time_still_leads_somewhere() -> None:
    async def half(places: Sequence[Place], draw: int) -> list[float]:
        scores = await judge(places, draw)
        lost = np.random.default_rng([draw, 1]).random(len(scores)) < 0.5
        return list(np.where(lost, np.nan, scores))

    search = await loop(replace(PROBLEM, judge=half)).run()
    failed = [c for c in search.past if c.fate == "failed"]
    assert failed
    assert {c.reason for c in failed} == {"the judge gave it no score"}
    assert search.leader is not None
    assert float(np.sum((search.leader.place.theta - TOP) ** 2)) < TOP**2


async def test_a_dead_judge_ends_with_everything_told() -> None:
    async def dead(places: Sequence[Place], draw: int) -> list[float]:
        return [float("nan")] * len(places)

    search = await loop(replace(PROBLEM, judge=dead), plan=Plan(generations=2)).run()
    assert search.leader is None
    assert {c.fate for c in search.past} == {"failed"}


async def test_a_limit_of_the_run_ends_the_search_with_what_it_has() -> None:
    async def limited(places: Sequence[Place], draw: int) -> list[float]:
        if draw > 8:
            raise LimitReached("the limit of 60 seconds is reached")
        return await judge(places, draw)

    search = await loop(replace(PROBLEM, judge=limited)).run()
    assert search.ended == "the limit of 60 seconds is reached"
    assert search.leader is not None


async def test_an_error_of_an_objective_is_raised() -> None:
    async def broken(places: Sequence[Place], draw: int) -> list[float]:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        await loop(replace(PROBLEM, judge=broken)).run()


async def test_single_steps_are_the_run() -> None:
    by_hand, search = loop(plan=Plan(generations=2)), Search[float]()
    while not search.ended:
        search = by_hand.screen(await by_hand.reproduce(search))
        search = await by_hand.tune_dialogues(await by_hand.tune_turns(search))
        search = by_hand.select(await by_hand.judge(search))
    whole = await loop(plan=Plan(generations=2)).run()
    assert [c.h for c in search.past] == [c.h for c in whole.past]
