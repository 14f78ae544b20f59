"""Units of amounts and what may be done with them: two currencies are never added.

A unit is a product of base units: "CNY/night" is CNY¹ night⁻¹. Nouns that nobody has defined
("panes", 张) are base units of their own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from trialogue.evaluation.reasoning.numbers import normal
from trialogue.evaluation.reasoning.refusals import Refused

_CURRENCY_WORDS = {
    **dict.fromkeys(("yuan", "rmb", "元", "块", "块钱", "人民币", "¥", "圆"), "CNY"),
    **dict.fromkeys(("$", "us$", "dollar", "美元", "美金"), "USD"),
    **dict.fromkeys(("€", "euro", "欧元"), "EUR"),
    **dict.fromkeys(("£", "pound", "英镑"), "GBP"),
    **dict.fromkeys(("yen", "日元", "円"), "JPY"),
    **dict.fromkeys(("american dollar", "us dollar"), "USD"),
    **dict.fromkeys(("hk$", "hong kong dollar", "港元", "港币"), "HKD"),
    **dict.fromkeys(("nt$", "taiwan dollar", "台币"), "TWD"),
    **dict.fromkeys(("c$", "ca$", "canadian dollar", "加元"), "CAD"),
    **dict.fromkeys(("a$", "au$", "australian dollar", "澳元"), "AUD"),
    **dict.fromkeys(("s$", "sg$", "singapore dollar", "新元"), "SGD"),
    **dict.fromkeys(("nz$", "new zealand dollar"), "NZD"),
    **dict.fromkeys(("mx$",), "MXN"),
    **dict.fromkeys(("r$",), "BRL"),
    **dict.fromkeys(("韩元", "韩币"), "KRW"),
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
    plain = normal(text).strip()
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


def parts_of(text: str) -> tuple[list[tuple[str, Fraction]], list[tuple[str, Fraction]]]:
    """What a unit by name counts, and by what, each with its scale: "CNY/hour" is
    [("CNY", 1)] and [("day", 1/24)]; percentages count nothing."""
    plain = normal(text).strip()
    parts = [_base(part) for part in _PER.split(plain)] if plain else []
    named = [[(unit.powers[0][0], scale)] if unit.powers else [] for unit, scale in parts]
    return (named[0] if named else []), [part for each in named[1:] for part in each]


def is_known(base: str) -> bool:
    """Whether it is a currency or a unit of measure, not just any noun."""
    return is_currency(base) or any(name == base for name, _ in _MEASURES.values())


def is_said(base: str, text: str, scale: Fraction | None = None) -> bool:
    """Whether a text names a unit in any of its words: "night" in "2 nights", 元 for CNY.

    With `scale` only words of that size count: "days" do not name hours.
    """
    words = [
        word for word, (name, size) in _MEASURES.items() if name == base and scale in (None, size)
    ]
    words += [word for word, code in _CURRENCY_WORDS.items() if code == base]
    if base not in _DEFINED or scale in (None, 1):
        words.append(base.casefold())
    plain = normal(text).casefold()
    for other in _foreign(words):
        plain = plain.replace(other, " ")
    return any(_stands(word, plain) for word in words)


def _foreign(words: Sequence[str]) -> Iterator[str]:
    """Names of other currencies in which one of these words stands: 加元 does not name 元."""
    for name in _CURRENCY_WORDS:
        if name not in words and any(word in name for word in words):
            yield name


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
