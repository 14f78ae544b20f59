"""A budget is never overrun: a batch is paid whole before it begins or is not begun."""

import pytest

from trialogue.errors import LimitReached, UsageError
from trialogue.evaluation.level_budget import LevelBudget, Spent


def test_what_is_charged_and_refunded_is_told_by_level() -> None:
    budget = LevelBudget(100, {"dialogues": 10})
    budget.charge("dialogues", 3)
    budget.charge("turns", 5)
    budget.refund("dialogues", 12, evaluations=1)
    assert budget.spent["dialogues"] == Spent(2, 18)
    assert budget.spent["turns"] == Spent(5, 5)
    assert (budget.units, budget.evaluations, budget.left) == (23, 7, 77)


def test_a_batch_that_can_not_be_paid_whole_is_refused_and_costs_nothing() -> None:
    budget = LevelBudget(25, {"judge": 10})
    budget.charge("judge", 2)
    with pytest.raises(LimitReached, match="used up but for 5"):
        budget.charge("judge", 1)
    assert budget.units == 20
    assert not budget.affords({"turns": 3, "judge": 1})
    assert budget.affords({"turns": 5})


def test_without_a_total_everything_is_afforded() -> None:
    budget = LevelBudget(None)
    budget.charge("turns", 10**9)
    assert budget.left is None
    assert budget.affords({"judge": 10**9})


def test_more_than_was_spent_is_not_given_back() -> None:
    budget = LevelBudget(10)
    budget.charge("turns", 2)
    with pytest.raises(ValueError, match="3 units"):
        budget.refund("turns", 3)


@pytest.mark.parametrize(("total", "price"), [(-1, 1), (5, 0)])
def test_nonsense_is_refused(total: int, price: int) -> None:
    with pytest.raises(UsageError):
        LevelBudget(total, {"judge": price})
