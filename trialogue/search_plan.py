"""How far an optimisation searches, and what that costs in model calls."""

from math import ceil
from typing import Any, NamedTuple

from pydantic import Field

from trialogue.errors import UsageError
from trialogue.evaluation.judge import DIMENSIONS
from trialogue.evaluation.ledger import USUAL_TOKENS
from trialogue.evaluation.level_budget import Level
from trialogue.evaluation.trilevel import Plan
from trialogue.evaluation.zeroth_order import Tuning
from trialogue.graphs.context import Options
from trialogue.records import Record


class Extent(Record):
    """How far to search; every field makes it dearer.

    `train`, `select` and `report` are users of disjoint splits: to tune on, to choose between
    candidates, and to compare the best with the unoptimised dialogues. `population` candidates a
    generation. `moments` are turns that are said anew for each value of g. `turn_steps` and
    `dialogue_steps` are steps of an ascent with `directions` probes each, `mu` away, on both sides
    if `central`; a step moves each coordinate by `step`. `reflections` are attempts to better the
    text of a prompt.
    """

    generations: int = Field(default=3, ge=1)
    population: int = Field(default=2, ge=1)
    train: int = Field(default=3, ge=1)
    select: int = Field(default=3, ge=1)
    report: int = Field(default=8, ge=1)
    moments: int = Field(default=8, ge=2)
    turn_steps: int = Field(default=2, ge=1)
    dialogue_steps: int = Field(default=1, ge=1)
    directions: int = Field(default=2, ge=1)
    mu: float = Field(default=0.5, gt=0)
    step: float = Field(default=0.5, gt=0)
    central: bool = True
    reflections: int = Field(default=0, ge=0)

    @property
    def users(self) -> int:
        """Users of all splits."""
        return self.train + self.select + self.report

    @property
    def plan(self) -> Plan:
        """As the trilevel search takes it.

        Users and seeds stay the same, so that h is asked for once; and as h judges what comes out,
        no incumbent of f or g is kept.
        """
        return Plan(
            population=self.population,
            generations=self.generations,
            judged=1,
            finalists=0,
            turns=self._tuning(self.turn_steps),
            dialogues=self._tuning(self.dialogue_steps),
        )

    def _tuning(self, steps: int) -> Tuning:
        return Tuning(
            steps=steps,
            directions=self.directions,
            mu=self.mu,
            step=self.step,
            central=self.central,
            keep=False,
        )


class Prices(NamedTuple):
    """Model calls of one user with a story, and of one dialogue; judging one takes three."""

    user: float
    dialogue: float

    @property
    def judged(self) -> float:
        """A dialogue made and judged."""
        return self.dialogue + len(DIMENSIONS)

    def beginning(self, extent: Extent) -> int:
        """Users, unoptimised dialogues, the judge's trial, and the start of the search."""
        few = extent.train + 2 * extent.select
        return ceil(extent.users * self.user + few * self.dialogue + 3 * 3 * extent.select)

    def candidate(self, extent: Extent) -> int:
        """One candidate tuned and judged, at most."""
        prices, plan = self.evaluations(extent, extent.moments), extent.plan
        wanted: dict[Level, int] = {
            "turns": plan.turns.price,
            "dialogues": plan.dialogues.price,
            "judge": 1,
        }
        return ceil(sum(prices[level] * count for level, count in wanted.items()))

    def evaluations(self, extent: Extent, moments: int) -> dict[Level, float]:
        """What one evaluation costs at each level, at most."""
        return {
            "turns": moments,
            "dialogues": extent.train * self.dialogue,
            "judge": extent.select * self.judged,
        }

    def generation(self, extent: Extent) -> int:
        """One generation, at most."""
        return extent.population * self.candidate(extent) + ceil(extent.select * self.judged)

    def report(self, extent: Extent, rows: int) -> int:
        """The comparison on the users of the report."""
        return ceil(rows * extent.report * self.judged)

    def told(self, extent: Extent, rows: int, fixed: int) -> str:
        """In a sentence."""
        first, last = self.beginning(extent), self.report(extent, rows)
        others = f", {fixed * self.candidate(extent):,} for fixed metrics" if fixed else ""
        return (
            f"a generation costs up to {self.generation(extent):,} model calls; besides, "
            f"{first:,} to begin with, {last:,} for the comparison at the end{others}"
        )


def guessed(options: Options, *, consult: bool) -> Prices:
    """The least that users and dialogues cost, from how they are made; before anything is known."""
    points = min(sum(options.points) / 2, options.rounds)
    if options.user != "experience":
        points = float(options.rounds)
    turn = 2 + int(options.reactions) + int(consult)
    return Prices(user=1 + 2 * points, dialogue=points * turn)


def check_budget(
    prices: Prices, extent: Extent, rows: int, fixed: int, calls: int | None, tokens: int | None
) -> None:
    """Raises UsageError if the budget cannot pay for one generation, by the least it can cost."""
    least = extent.model_copy(update={"population": 1})
    need = (
        prices.beginning(extent)
        + prices.report(extent, rows)
        + (1 + fixed) * prices.candidate(least)
    )
    for given, unit, needed in (
        (calls, "calls", need),
        (tokens, "tokens", int(need * USUAL_TOKENS)),
    ):
        if given is not None and given < needed:
            raise UsageError(
                f"a budget of {given:,} {unit} is too small for one generation: it takes about "
                f"{needed:,}; raise it, or search less far (fewer users or candidates)"
            )


def extent_of(given: dict[str, Any]) -> Extent:
    """The extent; None means not given. Raises UsageError for a field that is out of range."""
    from pydantic import ValidationError

    from trialogue.yaml_files import told

    try:
        return Extent.model_validate({k: v for k, v in given.items() if v is not None})
    except ValidationError as error:
        raise UsageError(told(error.errors()[0], Extent)) from error
