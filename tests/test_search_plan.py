"""What an optimisation costs, counted by hand, and which extents and budgets are refused."""

from typing import Any

import pytest

from trialogue.errors import UsageError
from trialogue.graphs.context import Options
from trialogue.search_plan import Extent, Prices, check_budget, extent_of, guessed

EXTENT = Extent(population=2, train=3, select=2, report=5, moments=8, turn_steps=2, directions=2)
PRICES = Prices(user=7, dialogue=10)


def test_costs_counted_by_hand() -> None:
    candidate = 2 * 4 * 8 + 4 * 3 * 10 + 2 * 13
    assert PRICES.candidate(EXTENT) == candidate
    assert PRICES.generation(EXTENT) == 2 * candidate + 2 * 13
    assert PRICES.report(EXTENT, 2) == 2 * 5 * 13
    assert PRICES.beginning(EXTENT) == 10 * 7 + (3 + 2 * 2) * 10 + 3 * 3 * 2
    told = PRICES.told(EXTENT, 2, 0)
    assert f"up to {2 * candidate + 26} model calls" in told
    assert "130 for the comparison" in told


def test_forward_differences_need_the_base_and_fewer_probes() -> None:
    forward = EXTENT.model_copy(update={"central": False})
    assert PRICES.candidate(forward) == 2 * 3 * 8 + 3 * 3 * 10 + 26


def test_a_guess_before_anything_is_known() -> None:
    plain = guessed(Options(points=(2, 4), reactions=False), consult=False)
    assert plain == Prices(user=7, dialogue=6)
    assert guessed(Options(points=(2, 4)), consult=True).dialogue == 12


@pytest.mark.parametrize("unit", ["calls", "tokens"])
def test_a_budget_must_pay_one_candidate_and_the_comparison(unit: str) -> None:
    one = EXTENT.model_copy(update={"population": 1})
    need = PRICES.beginning(EXTENT) + PRICES.report(EXTENT, 2) + PRICES.candidate(one)
    need *= 400 if unit == "tokens" else 1
    limits: dict[str, int | None] = {"calls": None, "tokens": None}
    check_budget(PRICES, EXTENT, 2, 0, **{**limits, unit: need})
    with pytest.raises(UsageError, match=f"{need - 1:,} {unit} is too small .* about {need:,}"):
        check_budget(PRICES, EXTENT, 2, 0, **{**limits, unit: need - 1})


@pytest.mark.parametrize(
    ("given", "told"),
    [({"train": 0}, "train"), ({"moments": 1}, "moments"), ({"speed": 2}, "unknown key 'speed'")],
)
def test_extents_that_are_none(given: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        extent_of(given)


def test_what_is_not_given_is_as_usual() -> None:
    assert extent_of({"train": None, "report": 4}) == Extent(report=4)
