"""Figures in text: found by value, and told apart from totals."""

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.agents.figures import figures, ledger, missing, spelled_out, totals
from trialogue.records import Action, Fact

NUMBERS = st.decimals(min_value=0, max_value=10**7, places=2, allow_nan=False)


def values(*numbers: str) -> set[Decimal]:
    return {Decimal(number) for number in numbers}


def action(index: int, *facts: tuple[str, str]) -> Action:
    ledger = tuple(Fact(name=f"f{n}", value=v, unit=u) for n, (v, u) in enumerate(facts))
    return Action(index=index, action="Did it.", facts=ledger)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("On 12 May I paid 1,200.50 EUR.", ("12", "1200.5")),
        ("480.00 is 480", ("480",)),
        ("at 10:30 and 9:05", ()),
        ("1, 2 or 3", ("1", "2", "3")),
        ("1,2000 is no number with a comma", ("1", "2000")),
        ("3月24日住了3晚，480元一晚", ("3", "24", "480")),
        ("共付1,200元", ("1200",)),
        ("１，２００元", ("1200",)),
        ("晚上10：30到，早上9:05走", ()),
        ("没有数字", ()),
    ],
)
def test_figures_are_found_by_value(text: str, found: tuple[str, ...]) -> None:
    assert figures(text) == values(*found)


@given(st.lists(NUMBERS, max_size=5), st.sampled_from(["en", "zh"]))
def test_every_written_number_is_found_and_nothing_else(
    numbers: list[Decimal], language: str
) -> None:
    if language == "zh":
        text = "，".join(f"价格{number:,}元" for number in numbers)
    else:
        text = "; ".join(f"price {number:,} EUR" for number in numbers)
    assert figures(text) == set(numbers)


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("two boxes and twelve pens", "en", ("2", "12")),
        ("someone weighed a ton", "en", ()),
        ("住了两晚", "zh", ("2",)),
        ("买了一件，用了三天", "zh", ("1", "3")),
        ("十天", "zh", ("10",)),
        ("十二天", "zh", ("12",)),
        ("二十天", "zh", ("20",)),
        ("九十九个", "zh", ("99",)),
        ("一起去的，一直统一", "zh", ()),
        ("480元一晚，第一次去，同一天回", "zh", ()),
        ("一百二十元", "zh", ()),
    ],
)
def test_small_numbers_in_words(text: str, language: str, found: tuple[str, ...]) -> None:
    assert spelled_out(text, language) == values(*found)


def test_what_a_text_leaves_out() -> None:
    assert missing(["480", "3"], "480.00 EUR for three nights", "en") == []
    assert missing(["480", "3"], "480 EUR for some nights", "en") == ["3"]
    assert missing(["480", "1"], "480元一晚，我们一起住的", "zh") == ["1"]
    assert missing(["480", "2"], "480元一晚，住了两晚", "zh") == []


def test_totals_are_products_in_an_action_and_sums_over_actions() -> None:
    actions = [
        action(1, ("480", "元/晚"), ("3", "晚")),
        action(2, ("120", "元/人"), ("4", "人")),
        action(3, ("35", "元")),
    ]
    found = totals(actions)
    assert values("1440", "480") - found == values("480")
    assert values("600", "515", "155", "635") <= found
    assert not values("483", "360", "7") & found


def test_a_figure_of_the_ledger_is_no_total() -> None:
    assert totals([action(1, ("2", "EUR"), ("3", "nights")), action(2, ("6", "km"))]) == set()


def test_a_fact_without_a_unit_is_allowed() -> None:
    assert totals([action(1, ("2", "")), action(2, ("3", ""))]) == values("5")


@given(st.lists(st.integers(min_value=1, max_value=500), min_size=2, max_size=5))
def test_every_sum_of_two_amounts_is_a_total_or_in_the_ledger(amounts: list[int]) -> None:
    actions = [action(n, (str(a), "CNY per night")) for n, a in enumerate(amounts, start=1)]
    sums = {Decimal(a + b) for a, b in combinations(amounts, 2)}
    assert sums <= totals(actions) | {Decimal(a) for a in amounts}
    assert not totals(actions) & {Decimal(a) for a in amounts}


def test_the_ledger_keeps_the_order() -> None:
    first, second = action(1, ("1", "a"), ("2", "b")), action(2, ("3", "c"))
    assert [fact.value for fact in ledger([first, second])] == ["1", "2", "3"]
