"""Metrics under trial: where each one's tuning came to, and what the judge said of it."""

from dataclasses import dataclass
from typing import Generic, Literal, NamedTuple, TypeVar

from trialogue.evaluation.ascent import Ascent
from trialogue.evaluation.draw_effects import Score
from trialogue.evaluation.zeroth_order import Point

W = TypeVar("W")
Fate = Literal["open", "rejected", "equivalent", "failed", "judged"]
COPY = "copy"
UNTUNED = "untuned"


class Place(NamedTuple):
    """Controls of dialogues (θ) and of turns (φ), each in its box [-1, 1]^d."""

    theta: Point
    phi: Point


class Proposal(NamedTuple, Generic[W]):
    """A metric to try, and how it came about; a `COPY` goes on tuning where its parent ended."""

    omega: W
    origin: str


@dataclass(frozen=True)
class Candidate(Generic[W]):
    """A metric (ω), where its tuning began and came to, and the judge's scores of that place.

    `number` is unique in a search; the first candidate is the place as it was before any tuning.
    `fate` says what became of it, `reason` why it was rejected or failed. `h` is the mean score
    corrected for the draws, `error` its standard error (NaN where unknown), `expected` the quality
    to expect in view of the places around it; an equivalent one has those of candidate number
    `like`.
    """

    number: int
    omega: W
    origin: str
    generation: int
    begin: Place
    place: Place
    fate: Fate = "open"
    reason: str = ""
    turns: Ascent | None = None
    dialogues: Ascent | None = None
    scores: tuple[Score, ...] = ()
    h: float = float("nan")
    error: float = float("nan")
    expected: float = float("nan")
    like: int | None = None


@dataclass(frozen=True)
class Search(Generic[W]):
    """How far a search is: candidates on trial in this generation, and all that are done with.

    `ended` says why there is no further generation; "" while there may be one.
    """

    generation: int = 0
    current: tuple[Candidate[W], ...] = ()
    past: tuple[Candidate[W], ...] = ()
    ended: str = ""

    @property
    def leader(self) -> Candidate[W] | None:
        """The judged candidate of which most is expected, the earlier one of equals."""
        judged = [c for c in self.past if c.fate == "judged"]
        return max(judged, key=lambda c: c.expected, default=None)
