"""Units of amounts and what may be done with them: two currencies are never added.

A unit is a product of base units: "CNY/night" is CNY¹ night⁻¹. Nouns that nobody has defined
("panes", 张) are base units of their own.
"""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from trialogue.evaluation.reasoning.refusals import Refused

_CURRENCY_WORDS = {
    **dict.fromkeys(("yuan", "rmb", "元", "块", "块钱", "人民币", "¥", "圆"), "CNY"),
    **dict.fromkeys(("$", "us$", "dollar", "美元", "美金"), "USD"),
    **dict.fromkeys(("€", "euro", "欧元"), "EUR"),
    **dict.fromkeys(("£", "pound", "英镑"), "GBP"),
    **dict.fromkeys(("yen", "日元", "円"), "JPY"),
}
_TIMES = {
    **dict.fromkeys(("minute", "min", "分钟"), Fraction(1, 1440)),
    **dict.fromkeys(("hour", "hr", "h", "小时"), Fraction(1, 24)),
    **dict.fromkeys(("day", "天", "日"), Fraction(1)),
    **dict.fromkeys(("week", "周", "星期"), Fraction(7)),
}
_MEASURES = {
    **{word: ("day", scale) for word, scale in _TIMES.items()},
    **dict.fromkeys(("month", "个月", "月"), ("month", Fraction(1))),
    **dict.fromkeys(("year", "年"), ("month", Fraction(12))),
    **dict.fromkeys(("night", "晚", "夜"), ("night", Fraction(1))),
    **dict.fromkeys(("person", "people", "人", "位"), ("person", Fraction(1))),
    **dict.fromkeys(("m", "metre", "meter", "米"), ("metre", Fraction(1))),
    **dict.fromkeys(("km", "kilometre", "kilometer", "公里", "千米"), ("metre", Fraction(1000))),
    **dict.fromkeys(("mile",), ("metre", Fraction("1609.344"))),
    **dict.fromkeys(("g", "gram", "克"), ("gram", Fraction(1))),
    **dict.fromkeys(("kg", "kilo", "kilogram", "公斤", "千克"), ("gram", Fraction(1000))),
    **dict.fromkeys(
        ("sqm", "m2", "square metre", "square meter", "平方米", "平米"),
        ("square metre", Fraction(1)),
    ),
    **dict.fromkeys(("%", "percent", "per cent"), ("", Fraction(1, 100))),
}
_DEFINED = {"day", "month", "metre", "gram", "square metre"}
_PER = re.compile(r"\s*/\s*|\s+per\s+|\s+(?:a|an|each)\s+|每|(?<=[元块])一")
_NAMES = {"day": "days", "month": "months", "night": "nights", "person": "persons"}


@dataclass(frozen=True, slots=True)
class Unit:
    """Base units with their powers, in alphabetical order; none for a pure number."""

    powers: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: "Unit") -> "Unit":
        """The unit of a product."""
        powers = dict(self.powers)
        for base, power in other.powers:
            powers[base] = powers.get(base, 0) + power
        return Unit(tuple(sorted((b, p) for b, p in powers.items() if p)))

    def __pow__(self, power: int) -> "Unit":
        """The unit of a power."""
        return Unit(tuple((base, own * power) for base, own in self.powers))

    @property
    def currencies(self) -> frozenset[str]:
        """Codes of the currencies in it."""
        return frozenset(base for base, _ in self.powers if is_currency(base))

    def __str__(self) -> str:
        over = [_NAMES.get(b, b) for b, power in self.powers for _ in range(max(power, 0))]
        under = [base for base, power in self.powers for _ in range(max(-power, 0))]
        return "/".join([" ".join(over) or ("1" if under else "no unit"), *under])


PURE = Unit()
DAYS = Unit((("day", 1),))
NIGHTS = Unit((("night", 1),))


@cache
def parse_unit(text: str) -> tuple[Unit, Fraction]:
    """The unit that a text names, and how much one of it is in base units.

    "hours" is (day, 1/24), "CNY per night" (CNY/night, 1), "" and "%" pure numbers.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    unit, scale = PURE, Fraction(1)
    for place, part in enumerate(_PER.split(plain) if plain else ()):
        base, factor = _base(part)
        power = -1 if place else 1
        unit, scale = unit * base**power, scale * factor**power
    return unit, scale


def _base(word: str) -> tuple[Unit, Fraction]:
    word = word.strip()
    if is_currency(word.upper()) and (word.isupper() or len(word) == 3):
        return Unit(((word.upper(), 1),)), Fraction(1)
    singular = _singular(word.casefold())
    if currency := _CURRENCY_WORDS.get(singular):
        return Unit(((currency, 1),)), Fraction(1)
    name, factor = _MEASURES.get(singular, (singular, Fraction(1)))
    return (Unit(((name, 1),)) if name else PURE), factor


def _singular(word: str) -> str:
    if word in _CURRENCY_WORDS or word in _MEASURES:
        return word
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("xes", "x"), ("s", "")):
        if word.endswith(ending) and not word.endswith("ss") and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    return word


@cache
def is_currency(code: str) -> bool:
    """Whether it is the ISO code of a currency, such as "CNY"."""
    if len(code) != 3 or not code.isascii() or not code.isupper():
        return False
    from babel.numbers import is_currency as known

    return known(code)


def is_said(base: str, text: str) -> bool:
    """Whether a text names a base unit in any of its words: "night" in "2 nights", 元 for CNY."""
    words = [word for word, (name, _) in _MEASURES.items() if name == base]
    words += [word for word, code in _CURRENCY_WORDS.items() if code == base]
    plain = unicodedata.normalize("NFKC", text).casefold()
    return any(_stands(word, plain) for word in [base.casefold(), *words])


def _stands(word: str, text: str) -> bool:
    if not word.isascii() or not word[0].isalpha():
        return word in text
    return re.search(rf"(?<![a-z]){re.escape(word)}(?:s|es|ly)?(?![a-z])", text) is not None


def check_product(unit: Unit) -> Unit:
    """The unit of a product as it counts: money times a count of things is money.

    Raises Refused for money squared, or money of two currencies at once.
    """
    money = {base: power for base, power in unit.powers if is_currency(base)}
    paid = [base for base, power in money.items() if power > 0]
    if any(abs(power) > 1 for power in money.values()) or len(paid) > 1:
        raise Refused("mixed_units", f"{unit} is no amount of anything")
    if not paid:
        return unit
    kept = [(b, p) for b, p in unit.powers if b in money or p < 0 or b in _DEFINED]
    return Unit(tuple(kept))
