"""Evolution of metric trees: the outer loop over ω with any scorer (METHOD §4).

In each generation offspring of the best tree are screened, scored in one batch, and the tree with
the highest mean score is the next parent. What `evolve` puts together can be used apart: an
expensive search steps through `reproduced` and `best` on its own.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trialogue.errors import UsageError
from trialogue.evaluation.candidates import (
    Breeding,
    Candidate,
    best,
    better,
    ranked,
    reproduced,
)
from trialogue.evaluation.screening import Screen, ScreenCounts, Verdict
from trialogue.evaluation.trees import Tree, formula, size

__all__ = [
    "Breeding",
    "Candidate",
    "Evolved",
    "Generation",
    "Plan",
    "Scorer",
    "best",
    "evolve",
    "ranked",
    "reproduced",
]

# Gets trees and the number of the repetition (0, 1, …), gives a quality each; NaN where it failed.
Scorer = Callable[[Sequence[Tree], int], Awaitable[Sequence[float]]]


@dataclass(frozen=True)
class Generation:
    """One round: its candidates in order, and the best tree so far after it."""

    number: int
    candidates: tuple[Candidate, ...]
    verdicts: tuple[Verdict, ...]
    best: Candidate | None


@dataclass(frozen=True)
class Evolved:
    """What evolution came to: the best candidate (None if no score ever came), every generation,
    how many scores were asked for, and what screening sorted out.
    """

    best: Candidate | None
    generations: tuple[Generation, ...]
    scored: int
    screened: ScreenCounts


@dataclass(frozen=True)
class Plan:
    """How wide and how long: `population` offspring in each of `generations`.

    The `parents` best trees have offspring in turn: one as METHOD has it, more where scores are
    cheap and a single line would end in a blind alley. A candidate that comes out among them is
    scored again until it has `repetitions` scores, so that a lucky draw does not last. After
    `patience` generations without a better tree the search starts anew from grown trees; the best
    of all is kept.
    """

    population: int = 50
    generations: int = 40
    repetitions: int = 1
    patience: int = 15
    parents: int = 1

    def __post_init__(self) -> None:
        counts = (
            self.population, self.generations, self.repetitions, self.patience, self.parents,
        )  # fmt: skip
        if min(counts) < 1:
            raise UsageError(
                "population, generations, repetitions, patience and parents are 1 or more"
            )


PLAN = Plan()


async def evolve(
    scorer: Scorer,
    breeding: Breeding,
    rng: np.random.Generator,
    plan: Plan = PLAN,
    screen: Screen | None = None,
    watch: Callable[[Generation], None] = lambda generation: None,
) -> Evolved:
    """Search for the tree with the highest mean score; `watch` is told of every generation.

    Without a screen every different tree is scored; with one, trees that rank alike share scores.
    """
    search = _Search(scorer, plan, screen)
    for number in range(plan.generations):
        if search.stuck >= plan.patience:
            search.start_anew()
        parents = [candidate.tree for candidate in search.parents]
        trees = reproduced(rng, parents, breeding, plan.population)
        watch(await search.generation(number, trees))
    return search.evolved()


class _Search:
    """Where a search stands: its parents, the best of all, and what was paid."""

    def __init__(self, scorer: Scorer, plan: Plan, screen: Screen | None) -> None:
        self._scorer = scorer
        self._plan = plan
        self._screen = screen
        self._first: dict[str, Tree] = {}
        self._scores: dict[str, tuple[float, ...]] = {}
        self._generations: list[Generation] = []
        self._best: Candidate | None = None
        self._scored = 0
        self.parents: list[Candidate] = []
        self.stuck = 0

    def start_anew(self) -> None:
        """Forget the parents, not the best."""
        self.parents, self.stuck = [], 0

    async def generation(self, number: int, trees: Sequence[Tree]) -> Generation:
        """Screen, score and select."""
        verdicts = self._screened(trees)
        pool = await self._raced(self._pool(number, verdicts))
        self._select(ranked(pool))
        found = Generation(number, tuple(pool), tuple(verdicts), self._best)
        self._generations.append(found)
        return found

    def evolved(self) -> Evolved:
        """All of it."""
        counts = self._screen.counts if self._screen else ScreenCounts()
        return Evolved(self._best, tuple(self._generations), self._scored, counts)

    def _screened(self, trees: Sequence[Tree]) -> list[Verdict]:
        if self._screen:
            return self._screen.screened(trees)
        return [self._unscreened(tree) for tree in trees]

    def _unscreened(self, tree: Tree) -> Verdict:
        key = formula(tree)
        if earlier := self._first.get(key):
            return Verdict(tree, "equivalent", key, earlier)
        self._first[key] = tree
        return Verdict(tree, "accepted", key)

    def _pool(self, number: int, verdicts: Sequence[Verdict]) -> list[Candidate]:
        """The parents and their offspring; of trees that rank alike one, the smallest."""
        pool = {parent.key: parent for parent in self.parents}
        for verdict in verdicts:
            known = pool.get(verdict.key)
            if verdict.rejected or (known and size(known.tree) <= size(verdict.tree)):
                continue
            scores = self._scores.get(verdict.key, ())
            new = Candidate(verdict.tree, number, scores, verdict.key)
            pool[verdict.key] = replace(known, tree=verdict.tree) if known else new
        return list(pool.values())

    async def _raced(self, pool: list[Candidate]) -> list[Candidate]:
        """New candidates are scored once, those on top until they have all repetitions."""
        pool = await self._score(pool, [place for place, c in enumerate(pool) if not c.scores])
        while contenders := self._contenders(pool):
            pool = await self._score(pool, contenders)
        return pool

    def _contenders(self, pool: Sequence[Candidate]) -> list[int]:
        """Of the candidates that would be parents those with the fewest scores, if too few."""
        places = {id(candidate): place for place, candidate in enumerate(pool)}
        top = [places[id(candidate)] for candidate in ranked(pool)[: self._plan.parents]]
        fewest = min((len(pool[place].scores) for place in top), default=self._plan.repetitions)
        if fewest >= self._plan.repetitions:
            return []
        return [place for place in top if len(pool[place].scores) == fewest]

    async def _score(self, pool: list[Candidate], places: Sequence[int]) -> list[Candidate]:
        if not places:
            return pool
        repetition = len(pool[places[0]].scores)
        scores = await self._scorer([pool[place].tree for place in places], repetition)
        self._scored += len(places)
        changed = list(pool)
        for place, score in zip(places, scores, strict=True):
            candidate = pool[place]
            found = (*candidate.scores, float(score))
            self._scores[candidate.key] = found
            changed[place] = replace(candidate, scores=found)
        return changed

    def _select(self, pool: Sequence[Candidate]) -> None:
        parents = list(pool[: self._plan.parents])
        unchanged = [c.key for c in parents[:1]] == [c.key for c in self.parents[:1]]
        self.stuck = self.stuck + 1 if unchanged else 0
        self.parents = parents
        self._best = better(self._best, best(parents))
