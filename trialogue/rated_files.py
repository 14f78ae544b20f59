"""Reads files of rated dialogues, and one rating of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from trialogue.dialogue_sets import PathLike, measurable
from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Floats
from trialogue.records import Dialogue

USUAL = "overall"


class Rated(NamedTuple):
    """Dialogues with one rating each, (D,), NaN where there is none.

    `unread` says what could not be used; `guessed` counts the dialogues that do not say
    everywhere who speaks.
    """

    rating: str
    dialogues: Sequence[Dialogue]
    given: Floats
    unread: tuple[str, ...]
    guessed: int

    @property
    def there(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which dialogues are rated, (D,)."""
        return np.isfinite(self.given)


def read_rated(path: PathLike, rating: str | None = None, *, strict: bool = False) -> Rated:
    """The dialogues of a file with a rating; by default `overall`, or else the only one there is.

    Raises UsageError as `dialogue_sets.measurable`, and if nothing has this rating.
    """
    unread: list[str] = []
    found = list(measurable(Path(path), strict=strict, unread=unread))
    names = sorted({name for one in found for name in one.ratings})
    wanted = rating or _usual([one.ratings for one in found], names)
    given = np.array([one.ratings.get(wanted, np.nan) for one in found], np.float64)
    given[~np.isfinite(given)] = np.nan
    if np.isnan(given).all():
        there = f"; there are {', '.join(names[:20])}" if names else "; it holds no ratings"
        raise UsageError(f"{path}: nothing is rated for {wanted!r}{there}")
    return Rated(
        wanted,
        [one.dialogue for one in found],
        given,
        tuple(unread),
        sum(one.guessed for one in found),
    )


def _usual(ratings: Sequence[Mapping[str, float]], names: Sequence[str]) -> str:
    """`overall`, unless nothing is rated for it and there is one other rating only."""
    rated = {name for one in ratings for name, value in one.items() if np.isfinite(value)}
    [only] = rated if len(rated) == 1 else [USUAL]
    return USUAL if USUAL in rated else only
