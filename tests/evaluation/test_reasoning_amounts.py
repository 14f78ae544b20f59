"""Figures as people write them are read by rule or refused by name."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.evaluation.reasoning.amounts import figures_in, find_amounts
from trialogue.evaluation.reasoning.dates import SpokenDate, date_of, find_dates
from trialogue.evaluation.reasoning.labels import read_label, same_label, stands_in
from trialogue.evaluation.reasoning.numbers import number_of, plain_number
from trialogue.evaluation.reasoning.refusals import Refused

READ = {
    "2": "2",
    "2.0": "2",
    "2,500.00": "2500",
    "1.234,50": "1234.5",
    "1.234": "1.234",
    "1,234": "1234",
    "1,5": "1.5",
    "1.234.567": "1234567",
    "1 234,5 EUR": "1234.5",
    "２５００": "2500",
    "１，２３４": "1234",
    "five": "5",
    "Twenty-five nights": "25",
    "two hundred and fifty": "250",
    "两千五百元": "2500",
    "一万二": "12000",
    "三百五": "350",
    "三点五": "3.5",
    "2.5万": "25000",
    "$2,500": "2500",
    "2500 CNY per night": "2500",
    "120%": "120",
    "-5": "-5",
    "½": "0.5",
    "2750.": "2750",
}
REFUSED = {
    "about 5": "approximate",
    "约5": "approximate",
    "5 左右": "approximate",
    "at least 3": "approximate",
    "5-6": "several_numbers",
    "3 or 4": "several_numbers",
    "12,34,56": "malformed_number",
    "1.2.3": "malformed_number",
    "1/3": "not_exact",
    "1/0": "several_numbers",
    "": "no_number",
    "many": "no_number",
}


@pytest.mark.parametrize(("text", "label"), READ.items())
def test_a_number_is_read_by_rule(text: str, label: str) -> None:
    assert read_label(text, "math") == label


@pytest.mark.parametrize(("text", "name"), REFUSED.items())
def test_what_is_no_number_is_refused_by_name(text: str, name: str) -> None:
    with pytest.raises(Refused) as refused:
        read_label(text, "math")
    assert refused.value.refusal.name == name


def test_labels_compare_by_value() -> None:
    assert same_label("2", "2.0", "math")
    assert same_label("2,500.00", "2500 CNY", "math")
    assert not same_label("2", "20", "math")
    assert not same_label("about 2", "2", "math")
    assert same_label("是", "Yes.", "common_sense")
    assert not same_label("maybe", "no", "common_sense")


@given(st.decimals(-(10**9), 10**9, places=3), st.sampled_from(["{:,}", "{:f}"]))
def test_a_written_number_is_the_same_number(value: object, form: str) -> None:
    text = form.format(value)
    assert number_of(text) == Fraction(str(value))
    assert Fraction(plain_number(Fraction(str(value)))) == Fraction(str(value))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("at 480 CNY per night for 3 nights", [("480", "CNY/night"), ("3", "nights")]),
        (
            "$65 per square metre, 70 square metres",
            [("65", "$/square metre"), ("70", "square metres")],
        ),
        ("手续费120元一张，改签了2张", [("120", "元/张"), ("2", "张")]),
        ("每晚480元，住了两晚", [("480", "元/晚"), ("2", "晚")]),
        ("30元/次", [("30", "元/次")]),
        ("20% of 1.234,50 EUR at 10:30 on 6 January", [("20", "%"), ("1234.5", "EUR")]),
        ("three people and 0.5 EUR/GB", [("3", "people"), ("0.5", "EUR/GB")]),
    ],
)
def test_amounts_have_the_unit_beside_them(text: str, found: list[tuple[str, str]]) -> None:
    assert [(plain_number(a.value), a.unit) for a in find_amounts(text)] == found


def test_a_label_is_found_however_it_is_written() -> None:
    for text in ("costs 2750 CNY", "costs 2,750", "2.750,00 EUR", "２７５０元", "共两千七百五十元"):
        assert stands_in("2750", [text]), text
    assert stands_in("5", ["five of them"])
    assert stands_in("75", ["for 750 CNY"])  # a part of another number is not taken either
    assert not stands_in("2750", ["2,751 CNY on 27 May"])
    assert Fraction(24) in figures_in("on 24 March")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("on 4 March", SpokenDate(3, 4)),
        ("March 4th, 2026", SpokenDate(3, 4, 2026)),
        ("2026-03-04", SpokenDate(3, 4, 2026)),
        ("2026/3/4", SpokenDate(3, 4, 2026)),
        ("04.03.2026", SpokenDate(3, 4, 2026)),
        ("25/3/2026", SpokenDate(3, 25, 2026)),
        ("3/25/2026", SpokenDate(3, 25, 2026)),
        ("2026年3月4日", SpokenDate(3, 4, 2026)),
        ("3月4号", SpokenDate(3, 4)),
        ("4/5/2026", None),
    ],
)
def test_dates_of_several_formats(text: str, said: SpokenDate | None) -> None:
    assert [found.said for found in find_dates(text)] == [said]


@pytest.mark.parametrize(
    ("text", "name"),
    [("4/5/2026", "ambiguous_date"), ("4 March", "date_without_year"), ("soon", "no_date")],
)
def test_an_uncertain_date_is_refused_by_name(text: str, name: str) -> None:
    with pytest.raises(Refused) as refused:
        date_of(text)
    assert refused.value.refusal.name == name
    assert date_of("5/5/2026") == date(2026, 5, 5)


def test_days_that_are_none_are_no_dates() -> None:
    assert not find_dates("30 February and 13.13.2026")
