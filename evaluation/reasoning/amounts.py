"""Amounts in running text: numbers in digits and words with the unit beside them."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from trialogue.evaluation.reasoning.dates import find_dates
from trialogue.evaluation.reasoning.numbers import WORDS, ZH_NUMERALS, number_of
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.evaluation.reasoning.units import is_currency

_CLOCK = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
_WORD = "|".join(sorted(WORDS, key=len, reverse=True))
_SIGN = r"[$€£¥]"
_AMOUNT = re.compile(
    rf"(?:(?P<sign>US\$|{_SIGN})\s?|\b(?P<code>[A-Z]{{3}})\s?)?"
    r"(?P<number>(?<![\w.,])-?\d+(?:[.,]\d+)*|(?<=[^\x00-\x7f])\d+(?:[.,]\d+)*|(?<=[$A-Z])\d+(?:[.,]\d+)*"
    rf"|\b(?:an?\s+(?=hundred|thousand|dozen))?(?:{_WORD})(?:(?:\s+and)?[\s-](?:{_WORD}))*\b"
    rf"|[{ZH_NUMERALS}]+(?:点[{ZH_NUMERALS}]+)?)"
    r"(?P<scale>\s?(?:万|亿|thousand\b|million\b|billion\b|k\b))?",
    re.IGNORECASE,
)
_ZH_UNIT = "平方米|立方米|公里|公斤|千米|小时|分钟|个月|美元|欧元|英镑|日元|块钱|[\u3400-\u9fff]"
_NOUN = r"(?:square\s+|cubic\s+)?[A-Za-z]+"
_UNIT = re.compile(
    rf"\s?(?P<sign>[%€£$]|percent\b|per cent\b)|\s*(?:(?P<zh>{_ZH_UNIT})"
    rf"(?:\s*[/一每]\s*(?P<zh_per>个?{_ZH_UNIT}))?|(?P<noun>{_NOUN}))?"
)
_PER = re.compile(
    rf"\s*(?:per\s+|an?\s+|each\s+|/\s*|every\s+|for\s+(?:each|every)\s+)(?P<per>{_NOUN})"
)
# Words that follow a figure without being what it counts.
_NO_NOUNS = {
    *("a", "an", "am", "pm", "and", "are", "as", "at", "by", "but", "each", "every", "for", "from"),
    *("if", "in", "into", "is", "it", "of", "off", "on", "or", "out", "over", "per", "so", "that"),
    *("than", "the", "then", "to", "up", "was", "were", "when", "which", "with", "x"),
}
_ZH_PER_BEFORE = re.compile(rf"每(?P<per>个?(?:{_ZH_UNIT}))[为是收要]?\s*$")
# 一 in 480元一晚, 第一次 and 同一天 counts nothing.
_ZH_ONE_BEFORE = "元块第同"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number found in a text: its value, its unit by name ("" where none is beside it), and
    where the number stands in the normalised (NFKC) text."""

    value: Fraction
    unit: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def find_amounts(text: str) -> tuple[Amount, ...]:
    """All amounts of a text in order; dates and times of day are left out."""
    plain = unicodedata.normalize("NFKC", text)
    hidden = _without_dates(plain)
    found = []
    for match in _AMOUNT.finditer(hidden):
        for number, start in _numbers(match):
            unit = _unit(hidden, match)
            found.append(Amount(number, unit, start, match.end("number")))
    return tuple(found)


@lru_cache(maxsize=4096)
def figures_in(text: str) -> frozenset[Fraction]:
    """Every figure of a text by value, also those of dates and times, in digits and in words."""
    plain = unicodedata.normalize("NFKC", text)
    single = frozenset(Fraction(digits) for digits in re.findall(r"\d+(?:\.\d+)?", plain))
    return single | {value for match in _AMOUNT.finditer(plain) for value, _ in _numbers(match)}


def _without_dates(text: str) -> str:
    """Dates and times blanked out, so that places stay the same."""
    for date in find_dates(text):
        text = text[: date.start] + "\0" * (date.end - date.start) + text[date.end :]
    return _CLOCK.sub(lambda clock: "\0" * len(clock[0]), text)


def _numbers(match: re.Match[str]) -> list[tuple[Fraction, int]]:
    """The number of a match, or the numbers of a list such as 3,4,5."""
    text, start = match["number"], match.start("number")
    if text == "一" and match.string[max(start - 1, 0) : start] in [*_ZH_ONE_BEFORE]:
        return []
    try:
        return [(number_of(f"{text}{match['scale'] or ''}"), start)]
    except Refused:
        parts = re.finditer(r"\d+", text)
        return [(Fraction(part[0]), start + part.start()) for part in parts]


def _unit(text: str, match: re.Match[str]) -> str:
    """The unit beside a number; a currency before it, or a word after it."""
    money = match["sign"] or (match["code"] if is_currency((match["code"] or "").upper()) else "")
    after = _UNIT.match(text, match.end())
    if money:
        return _with_per(text, match.end(), money)
    if after is None:
        return ""
    if after["sign"]:
        return _with_per(text, after.end(), after["sign"].replace("per cent", "percent"))
    if after["zh"]:
        before = _ZH_PER_BEFORE.search(text[max(0, match.start() - 8) : match.start()])
        per = after["zh_per"] or (before["per"] if before else "")
        return f"{after['zh']}/{per}" if per else after["zh"]
    noun = after["noun"] or ""
    if not noun or noun.casefold() in _NO_NOUNS:
        return _with_per(text, match.end(), "") if noun or text[match.end() :] else ""
    return _with_per(text, after.end(), " ".join(noun.split()))


def _with_per(text: str, place: int, unit: str) -> str:
    per = _PER.match(text, place)
    return f"{unit}/{' '.join(per['per'].split())}" if per and unit else unit
