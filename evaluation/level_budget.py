"""What a search over three levels may spend, and what each level has spent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from trialogue.errors import LimitReached, UsageError

Level = Literal["turns", "dialogues", "judge"]
LEVELS: tuple[Level, ...] = ("turns", "dialogues", "judge")


@dataclass(frozen=True, slots=True)
class Spent:
    """Evaluations made at a level, and units (model calls or tokens) paid for them."""

    evaluations: int = 0
    units: int = 0


class LevelBudget:
    """`total` units (model calls, or tokens); None is no limit.

    `prices` are what one evaluation of a level costs at most, 1 where nothing is said. A batch is
    charged whole before it begins and refunded what it did not use, so that the total is never
    overrun. Raises UsageError for a negative total or a price below 1.
    """

    def __init__(self, total: int | None, prices: Mapping[Level, int] | None = None) -> None:
        self.total = total
        self.prices = {level: (prices or {}).get(level, 1) for level in LEVELS}
        self._spent = {level: Spent() for level in LEVELS}
        if total is not None and total < 0:
            raise UsageError(f"a budget can't be {total}; give 0 or more")
        if min(self.prices.values()) < 1:
            raise UsageError("the price of an evaluation must be at least 1")

    @property
    def spent(self) -> Mapping[Level, Spent]:
        """By level."""
        return dict(self._spent)

    @property
    def units(self) -> int:
        """Units spent at all levels."""
        return sum(spent.units for spent in self._spent.values())

    @property
    def evaluations(self) -> int:
        """Evaluations made at all levels."""
        return sum(spent.evaluations for spent in self._spent.values())

    @property
    def left(self) -> int | None:
        """Units left; None without a limit."""
        return None if self.total is None else self.total - self.units

    def price(self, wanted: Mapping[Level, int]) -> int:
        """What so many evaluations by level cost at most."""
        return sum(self.prices[level] * count for level, count in wanted.items())

    def affords(self, wanted: Mapping[Level, int]) -> bool:
        """Whether so many evaluations by level can be paid whole."""
        return self.left is None or self.price(wanted) <= self.left

    def charge(self, level: Level, evaluations: int) -> None:
        """Pay for a batch before it begins. Raises LimitReached if it can't be paid whole."""
        if not self.affords({level: evaluations}):
            raise LimitReached(f"the budget of {self.total} is used up but for {self.left}")
        self._add(level, evaluations, self.price({level: evaluations}))

    def refund(self, level: Level, units: int, evaluations: int = 0) -> None:
        """Give back what a charged batch did not use (replies were cached, or shorter)."""
        if units < 0 or units > self._spent[level].units:
            raise ValueError(f"{units} units can't be given back at {level}")
        self._add(level, -evaluations, -units)

    def _add(self, level: Level, evaluations: int, units: int) -> None:
        before = self._spent[level]
        self._spent[level] = Spent(before.evaluations + evaluations, before.units + units)
