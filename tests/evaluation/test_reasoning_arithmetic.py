"""The language of derivations is exact, knows units, and runs nothing."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.evaluation.reasoning.arithmetic import parse
from trialogue.evaluation.reasoning.quantities import Operand, Quantity
from trialogue.evaluation.reasoning.refusals import Refused

FACTS: dict[str, Operand] = {
    "hotel": Quantity.of(Fraction(480), "CNY per night"),
    "nights": Quantity.of(Fraction(3), "nights"),
    "taxi": Quantity.of(Fraction(70), "元"),
    "fare": Quantity.of(Fraction(50), "USD"),
    "tax": Quantity.of(Fraction(120), "%"),
    "wage": Quantity.of(Fraction(30), "EUR/hour"),
    "minutes": Quantity.of(Fraction(90), "minutes"),
    "way": Quantity.of(Fraction(12), "km"),
    "rate": Quantity.of(Fraction(7), "CNY/USD"),
    "came": date(2026, 2, 27),
    "left": date(2026, 3, 4),
}


def value(expression: str) -> object:
    return parse(expression).value(FACTS)


@pytest.mark.parametrize(
    ("expression", "number", "unit"),
    [
        ("hotel * nights + taxi", 1510, "CNY"),
        ("taxi / 3", Fraction(70, 3), "CNY"),
        ("0.1 * taxi + 0.2 * taxi", 21, "CNY"),
        ("20% of taxi + taxi", 84, "CNY"),
        ("taxi * tax", 84, "CNY"),
        ("wage * minutes", 45, "EUR"),
        ('minutes + "1 hours"', 150, "minutes"),
        ("fare * rate + taxi", 420, "CNY"),
        ('max(hotel - "450 CNY/night", 0) * nights', 90, "CNY"),
        ("left - came", 5, "days"),
        ("left - (came + nights)", 2, "days"),
        ('(left - "2026-03-01") * 2', 6, "days"),
        ("ceil(nights / 2) * taxi", 140, "CNY"),
        ("round(taxi / 3, 2)", Fraction("23.33"), "CNY"),
        ("way × 2 − way", 12, "km"),
        ("abs(taxi - hotel * nights)", 1370, "CNY"),
    ],
)
def test_it_is_exact_and_keeps_units(expression: str, number: Fraction, unit: str) -> None:
    found = value(expression)
    assert isinstance(found, Quantity)
    wanted = Quantity.of(Fraction(number), unit)
    assert (found.base, found.unit) == (wanted.base, wanted.unit)


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("taxi + fare", "two_currencies"),
        ("hotel + taxi", "mixed_units"),
        ("hotel * nights + way", "mixed_units"),
        ("taxi * taxi", "mixed_units"),
        ("taxi + 5", "mixed_units"),
        ("came + left", "mixed_units"),
        ("came * 2", "mixed_units"),
        ("taxi > fare", "two_currencies"),
        ("came - way", "mixed_units"),
        ("taxi / 0", "division_by_zero"),
        ("taxi + unknown", "unknown_name"),
        ("", "no_expression"),
        ("taxi +", "not_arithmetic"),
        ("taxi ** 2", "not_arithmetic"),
        ("taxi if 1 else 2", "not_arithmetic"),
        ("__import__('os').system('ls')", "not_arithmetic"),
        ("[taxi for taxi in ()]", "not_arithmetic"),
        ("taxi.value", "not_arithmetic"),
        ("open('x')", "not_arithmetic"),
        ("True + 1", "not_arithmetic"),
        ("1 < taxi < 3", "not_arithmetic"),
        ("'words'", "no_number"),
        ("9" * 600, "too_large"),
        ("(" * 300 + "taxi" + ")" * 300, "too_large"),
        ("taxi * 1e3", "not_arithmetic"),
        ("taxi * 0x1f", "not_arithmetic"),
        ("taxi * 1if taxi", "not_arithmetic"),
        ('taxi * "\\d"', "not_arithmetic"),
        ("taxi * 1" + "0" * 20, "too_large"),
    ],
)
def test_what_it_refuses_has_a_name(expression: str, name: str) -> None:
    with pytest.raises(Refused) as refused:
        value(expression)
    assert refused.value.refusal.name == name


@pytest.mark.parametrize(
    ("expression", "operations"),
    [
        ("taxi", 0),
        ("hotel * nights", 1),
        ("hotel * nights * 1 + 0", 1),
        ("taxi * (100% - 15%)", 1),
        ("hotel * nights + taxi", 2),
        ("left - came", 1),
        ("max(taxi, hotel * nights)", 2),
        ("-taxi", 0),
        ("hotel * nights <= taxi", 2),
    ],
)
def test_operations_that_do_something_are_counted(expression: str, operations: int) -> None:
    assert parse(expression).operations == operations


NUMBERS = st.fractions(min_value=-1000, max_value=1000, max_denominator=100)


@given(a=NUMBERS, b=NUMBERS, c=NUMBERS.filter(bool))
def test_it_agrees_with_fractions(a: Fraction, b: Fraction, c: Fraction) -> None:
    facts: dict[str, Operand] = {n: Quantity(v) for n, v in zip("abc", (a, b, c), strict=True)}
    found = parse("(a + b) * c - a / c").value(facts)
    assert found == Quantity((a + b) * c - a / c)
