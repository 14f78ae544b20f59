"""The trilevel search (R, eq. 5): metrics ω outside, dialogue controls θ, turn controls φ inside.

    max over ω of h(θ, φ), subject to θ = argmax f(ω, ·, φ), subject to φ = argmax g(ω, θ, ·)

A generation is reproduce -> screen -> tune turns -> tune dialogues -> judge -> select. Each is a
method from one `Search` to the next: a graph calls them as its nodes, `run` calls them in a row.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Sequence
from dataclasses import replace
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from trialogue.evaluation.ascent import Ascent, ascended
from trialogue.evaluation.level_budget import LevelBudget
from trialogue.evaluation.trial_scores import scored
from trialogue.evaluation.trials import COPY, UNTUNED, Candidate, Place, Proposal, Search
from trialogue.evaluation.trilevel_plan import SHORT, Plan, Problem
from trialogue.evaluation.zeroth_order import Objective, Point

__all__ = ["SHORT", "Plan", "Problem", "Trilevel"]

W = TypeVar("W")
Tuned = Callable[[Candidate[W], np.random.Generator], Coroutine[Any, Any, Candidate[W]]]


class Trilevel(Generic[W]):
    """The six steps of a generation over injected objectives.

    Objectives of one step run at once; each candidate has random numbers of its own, so that the
    result does not depend on which one is answered first.
    """

    def __init__(
        self,
        problem: Problem[W],
        start: Place,
        *,
        rng: np.random.Generator,
        budget: LevelBudget | None = None,
        plan: Plan | None = None,
    ) -> None:
        self.problem, self.start = problem, start
        self.plan, self.budget = plan or Plan(), budget or LevelBudget(None)
        self._rng = rng

    async def run(self) -> Search[W]:
        """Generations until the plan or the budget ends."""
        search: Search[W] = Search()
        while not search.ended:
            search = await self.generation(search)
        return search

    async def generation(self, search: Search[W]) -> Search[W]:
        """One generation, step by step."""
        search = self.screen(await self.reproduce(search))
        search = await self.tune_dialogues(await self.tune_turns(search))
        return self.select(await self.judge(search))

    async def reproduce(self, search: Search[W]) -> Search[W]:
        """As many new candidates as the plan says and the budget can pay whole.

        The first generation has one more: the start itself, judged as it is.
        """
        past = len(search.past)
        count = self._payable(past)
        if not count:
            return replace(search, ended=self._too_little(past))
        leader = search.leader
        begin = leader.place if leader else self.start
        made = [*await self.problem.propose(self._rng, leader, count)][:count]
        if not made:
            return replace(search, ended="there is no metric left to try")
        if not search.past:
            made = [Proposal(made[0].omega, UNTUNED), *made]
        current = tuple(
            Candidate(number, omega, origin, search.generation, begin, begin)
            for number, (omega, origin) in enumerate(made, past)
        )
        return replace(search, current=current)

    def screen(self, search: Search[W]) -> Search[W]:
        """Refuse metrics that are not worth a call; one like an earlier one takes its score."""
        scored = [c for c in search.past if c.fate == "judged" and c.origin != UNTUNED]
        seen = {self.problem.alike(c.omega): c.number for c in scored}
        screened = []
        for candidate in search.current:
            screened.append(candidate := self._screened(candidate, seen))
            if candidate.fate == "open" and candidate.origin != UNTUNED:
                seen.setdefault(self.problem.alike(candidate.omega), candidate.number)
        return replace(search, current=tuple(screened))

    def _screened(self, one: Candidate[W], seen: dict[Hashable | None, int]) -> Candidate[W]:
        if one.origin in (COPY, UNTUNED):
            return one
        if reason := self.problem.refuse(one.omega):
            return replace(one, fate="rejected", reason=reason)
        ranks = self.problem.alike(one.omega)
        if ranks is not None and ranks in seen:
            return replace(one, fate="equivalent", like=seen[ranks])
        return one

    async def tune_turns(self, search: Search[W]) -> Search[W]:
        """φ of every open candidate, at its θ (R, eq. 7)."""

        async def tuned(one: Candidate[W], rng: np.random.Generator) -> Candidate[W]:
            async def objective(points: Sequence[Point], draw: int) -> Sequence[float]:
                places = [Place(one.place.theta, phi) for phi in points]
                return await self.problem.turns(one.omega, places, draw)

            ascent = await self._climbed("turns", objective, one.place.phi, one.generation, rng)
            return replace(one, place=Place(one.place.theta, ascent.best), turns=ascent)

        return await self._tuned(search, tuned)

    async def tune_dialogues(self, search: Search[W]) -> Search[W]:
        """θ of every open candidate, at its φ (R, eq. 6)."""

        async def tuned(one: Candidate[W], rng: np.random.Generator) -> Candidate[W]:
            async def objective(points: Sequence[Point], draw: int) -> Sequence[float]:
                places = [Place(theta, one.place.phi) for theta in points]
                return await self.problem.dialogues(one.omega, places, draw)

            start, generation = one.place.theta, one.generation
            ascent = await self._climbed("dialogues", objective, start, generation, rng)
            return replace(one, place=Place(ascent.best, one.place.phi), dialogues=ascent)

        return await self._tuned(search, tuned)

    async def judge(self, search: Search[W]) -> Search[W]:
        """h of every open candidate and the leader, then once more of the best of all.

        So a place that was only lucky falls back, and one that leads has many scores.
        """
        waiting = [c for c in search.current if c.fate == "open"]
        if not waiting:
            return search
        leader = [search.leader] if search.leader else []
        first = 2 * search.generation * self.plan.judged
        search = await self._scored(search, [*leader, *waiting], first)
        every = [c for c in (*search.past, *search.current) if c.fate == "judged"]
        best = sorted(every, key=lambda c: -c.h)[: self.plan.finalists]
        return await self._scored(search, best, first + self.plan.judged)

    async def _scored(
        self, search: Search[W], met: Sequence[Candidate[W]], first: int
    ) -> Search[W]:
        draws = range(first, first + self.plan.judged)
        return await scored(self.problem.judge, self.budget, search, met, draws)

    def select(self, search: Search[W]) -> Search[W]:
        """Put the generation to the others; the one of which most is expected leads."""
        past = (*search.past, *search.current)
        found = {c.number: c for c in past}
        past = tuple(c if c.like is None else _as(c, found[c.like]) for c in past)
        after = replace(search, past=past, current=(), generation=search.generation + 1)
        return replace(after, ended=after.ended or self._over(after))

    def _over(self, search: Search[W]) -> str:
        """Why there should be no further generation, or ""."""
        if self.plan.generations is not None and search.generation >= self.plan.generations:
            return f"all {self.plan.generations} generations are done"
        tried = [c.generation for c in search.past if c.fate in ("judged", "failed")]
        if search.generation - max(tried, default=-1) > self.plan.barren:
            return f"no metric of the last {self.plan.barren} generations was worth trying"
        return ""

    def _payable(self, past: int) -> int:
        """New candidates that the budget can pay for, at most the population."""
        counts = range(self.plan.population, 0, -1)
        return next((n for n in counts if self.budget.affords(self.plan.wanted(n, past))), 0)

    def _too_little(self, past: int) -> str:
        need = self.budget.price(self.plan.wanted(1, past))
        left, total = self.budget.left, self.budget.total
        return f"one more metric takes up to {need} of the budget; {left} of {total} are left"

    async def _tuned(self, search: Search[W], tuned: Tuned[W]) -> Search[W]:
        """Every open candidate tuned, all at once, each with random numbers of its own."""
        tuned_too = [c for c in search.current if c.fate == "open" and c.origin != UNTUNED]
        streams = self._rng.spawn(len(tuned_too))
        done = await asyncio.gather(*map(tuned, tuned_too, streams))
        found = {c.number: c for c in done}
        ended = [a.ended for c in done for a in (c.turns, c.dialogues) if a and a.ended]
        current = tuple(found.get(c.number, c) for c in search.current)
        return replace(search, current=current, ended=search.ended or next(iter(ended), ""))

    async def _climbed(
        self,
        level: Literal["turns", "dialogues"],
        objective: Objective,
        start: Point,
        generation: int,
        rng: np.random.Generator,
    ) -> Ascent:
        tuning = self.plan.turns if level == "turns" else self.plan.dialogues
        first = generation * (tuning.steps + 1)
        shorter = replace(tuning, step=tuning.step * self.plan.scale(generation))

        async def paid(points: Sequence[Point], draw: int) -> Sequence[float]:
            self.budget.charge(level, len(points))
            return await objective(points, draw)

        return await ascended(paid, start, rng=rng, tuning=shorter, first_draw=first)


def _as(one: Candidate[W], other: Candidate[W]) -> Candidate[W]:
    """A candidate with the place and the score of one that ranks everything alike."""
    return replace(
        one,
        place=other.place,
        scores=other.scores,
        h=other.h,
        error=other.error,
        expected=other.expected,
    )
