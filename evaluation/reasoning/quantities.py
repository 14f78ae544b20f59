"""Amounts with units, calculated with exactly, and what may not be calculated at all."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.evaluation.reasoning.units import DAYS, NIGHTS, PURE, Unit, check_product, parse_unit

_MOST_BITS = 512


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` of a unit; one of it is `scale` of the base units (an hour is 1/24 day)."""

    value: Fraction
    unit: Unit = PURE
    scale: Fraction = Fraction(1)

    @classmethod
    def of(cls, value: Fraction, unit: str = "") -> "Quantity":
        """An amount of a unit by name: "CNY/night", "hours", "%"."""
        parsed, scale = parse_unit(unit)
        amount = cls(value, parsed, scale)
        single = len(parsed.powers) == 1 and parsed.powers[0][1] == 1
        return amount if single else amount.folded()

    @property
    def base(self) -> Fraction:
        """The amount in base units."""
        return self.value * self.scale

    def folded(self) -> "Quantity":
        """The same amount in base units."""
        return Quantity(self.base, self.unit)


ZERO = Quantity(Fraction(0))
Operand = Quantity | date


def added(a: Operand, b: Operand) -> Operand:
    """a + b: amounts of one unit, or a date and a number of days or nights."""
    if isinstance(a, date) or isinstance(b, date):
        if isinstance(b, date):
            a, b = b, a
        if isinstance(a, date) and isinstance(b, Quantity):
            return _later(a, b, 1)
        raise Refused("mixed_units", "two dates cannot be added")
    a, b = _amounts(a, b)
    return _checked(replace(a, value=a.value + _in_unit_of(a, b)))


def subtracted(a: Operand, b: Operand) -> Operand:
    """a − b: amounts of one unit, two dates (which gives days), or a date and days."""
    if isinstance(a, date) and isinstance(b, date):
        return Quantity(Fraction((a - b).days), DAYS)
    if isinstance(a, date) and isinstance(b, Quantity):
        return _later(a, b, -1)
    if isinstance(a, date) or isinstance(b, date):
        raise Refused("mixed_units", "a date cannot be taken from an amount")
    return _checked(replace(a, value=a.value - _in_unit_of(a, b)))


def multiplied(a: Operand, b: Operand) -> Quantity:
    """a · b. Raises Refused for dates and for money times money."""
    a, b = _amounts(a, b)
    if a.unit == PURE:
        a, b = b, a
    if b.unit == PURE:
        return _checked(replace(a, value=a.value * b.base))
    return _checked(Quantity(a.base * b.base, check_product(a.unit * b.unit)))


def divided(a: Operand, b: Operand) -> Quantity:
    """a / b. Raises Refused for dates and for zero."""
    a, b = _amounts(a, b)
    if not b.value:
        raise Refused("division_by_zero", "the expression divides by zero")
    if b.unit == PURE:
        return _checked(replace(a, value=a.value / b.base))
    return _checked(Quantity(a.base / b.base, check_product(a.unit * b.unit**-1)))


def compared(a: Operand, b: Operand) -> int:
    """-1, 0 or 1 as a is less than, equal to or more than b, of one unit or two dates."""
    if isinstance(a, date) and isinstance(b, date):
        return (a > b) - (a < b)
    a, b = _amounts(a, b)
    if a == ZERO != b:
        return -compared(b, a)
    other = _in_unit_of(a, b)
    return (a.value > other) - (a.value < other)


def rounded(a: Operand, places: int) -> Quantity:
    """Half away from zero, in the amount's own unit."""
    (a,) = _amounts(a)
    factor = 10**places
    size = floor(abs(a.value) * factor + Fraction(1, 2))
    return replace(a, value=Fraction(size if a.value >= 0 else -size, factor))


def whole(a: Operand, *, up: bool) -> Quantity:
    """The next whole amount above, or below."""
    (a,) = _amounts(a)
    return replace(a, value=Fraction(ceil(a.value) if up else floor(a.value)))


def _amounts(*operands: Operand) -> tuple[Quantity, ...]:
    found = tuple(operand for operand in operands if isinstance(operand, Quantity))
    if len(found) < len(operands):
        raise Refused("mixed_units", "a date is no amount; subtract two dates to get days")
    return found


def _in_unit_of(a: Quantity, b: Quantity) -> Fraction:
    """What b is in a's unit; nothing is nothing in every unit."""
    if b == ZERO:
        return Fraction(0)
    if a.unit != b.unit:
        money = a.unit.currencies | b.unit.currencies
        if len(money) > 1:
            raise Refused("two_currencies", f"{' and '.join(sorted(money))} cannot be put together")
        raise Refused("mixed_units", f"{a.unit} and {b.unit} cannot be put together")
    return b.base / a.scale


def _later(day: date, by: Quantity, sign: int) -> date:
    if by.unit not in (DAYS, NIGHTS) or by.base.denominator != 1:
        raise Refused("mixed_units", f"a date and {by.unit} cannot be put together")
    try:
        return day + timedelta(days=sign * int(by.base))
    except OverflowError as error:
        raise Refused("too_large", "the date is out of range") from error


def _checked(quantity: Quantity) -> Quantity:
    value = quantity.value
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS:
        raise Refused("too_large", "the result has too many digits")
    return quantity
