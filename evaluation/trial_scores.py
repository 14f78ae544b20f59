"""What the judge says of candidates, draw by draw, put to what it said before."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from trialogue.errors import LimitReached
from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.draw_effects import Adjusted, Score, adjusted
from trialogue.evaluation.level_budget import LevelBudget
from trialogue.evaluation.smoothing import smoothed
from trialogue.evaluation.trials import Candidate, Place, Search

W = TypeVar("W")
Judge = Callable[[Sequence[Place], int], Awaitable[Sequence[float]]]


async def scored(
    judge: Judge,
    budget: LevelBudget,
    search: Search[W],
    met: Sequence[Candidate[W]],
    draws: Sequence[int],
) -> Search[W]:
    """The search after these candidates were judged under these draws.

    Every score given so far counts: h and its error are those of `adjusted`, what is expected that
    of `smoothed`. Who was asked for and never got a score has failed. What the budget stopped is
    told by `ended`.
    """
    rows, stopped = await _judged(judge, budget, [c.place for c in met], draws)
    more = {c.number: _given(draws, row) for c, row in zip(met, rows, strict=True)}
    every = (*search.past, *search.current)
    scores = {c.number: (*c.scores, *more.get(c.number, ())) for c in every}
    found = adjusted(scores)
    expected = _expected([c for c in every if c.number in found], found)

    def with_scores(one: Candidate[W]) -> Candidate[W]:
        if one.number in found:
            h, error = found[one.number]
            given, hoped = scores[one.number], expected[one.number]
            return replace(one, fate="judged", scores=given, h=h, error=error, expected=hoped)
        if one.number in more:
            return replace(one, fate="failed", reason="the judge gave it no score")
        return one

    return replace(
        search,
        past=tuple(map(with_scores, search.past)),
        current=tuple(map(with_scores, search.current)),
        ended=search.ended or stopped,
    )


async def _judged(
    judge: Judge, budget: LevelBudget, places: Sequence[Place], draws: Sequence[int]
) -> tuple[Floats, str]:
    """Scores of places under draws, (places, draws), and what stopped the judge, if anything.

    Scores of a draw that was stopped are NaN.
    """

    async def paid(draw: int) -> Sequence[float]:
        budget.charge("judge", len(places))
        return await judge(places, draw)

    if not places:
        return np.zeros((0, len(draws))), ""
    asked = await asyncio.gather(*map(paid, draws), return_exceptions=True)
    stopped = ""
    columns = np.full((len(draws), len(places)), np.nan)
    for place, column in enumerate(asked):
        if isinstance(column, LimitReached):
            stopped = str(column)
        elif isinstance(column, BaseException):
            raise column
        else:
            columns[place] = column
    return columns.T, stopped


def _expected(
    candidates: Sequence[Candidate[W]], found: Mapping[int, Adjusted]
) -> dict[int, float]:
    """What to expect at each candidate's place, by number."""
    if not candidates:
        return {}
    numbers = [one.number for one in candidates]
    places = np.stack([np.concatenate(one.place) for one in candidates])
    means, errors = np.array([found[number] for number in numbers], np.float64).T
    return dict(zip(numbers, smoothed(places, means, errors).tolist(), strict=True))


def _given(draws: Sequence[int], row: Floats) -> tuple[Score, ...]:
    """The scores that were given; failures are left out."""
    return tuple(Score(d, float(v)) for d, v in zip(draws, row, strict=True) if np.isfinite(v))
