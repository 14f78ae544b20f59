"""Amounts in running text: numbers in digits and words with the unit beside them."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from trialogue.evaluation.reasoning.dates import find_dates
from trialogue.evaluation.reasoning.numbers import WORDS, ZH_NUMERALS, normal, number_of
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.evaluation.reasoning.units import is_currency

_CLOCK = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
_PART = r"(?:\s+and\s+(?:an?\s+|one\s+)?(?:half|quarter|three[\s-]quarters)\b)?"
_WORD = "|".join(sorted(WORDS, key=len, reverse=True))
_SIGN = r"(?<![A-Za-z])(?:US|HK|NT|CA?|AU?|SG?|NZ|MX|R)\$|[$€£¥]"
_AMOUNT = re.compile(
    rf"(?:(?P<sign>{_SIGN})\s?|\b(?P<code>[A-Z]{{3}})\s?|(?P<hundredths>百分之))?"
    rf"(?P<number>(?<![a-z_.,])\d+(?:\.\d+)?[万萬亿億千百][\d{ZH_NUMERALS}]+"
    r"|(?:(?<![\w.,])-?\d+(?:[.,]\d+)*|(?<=[^\x00-\x7f])\d+(?:[.,]\d+)*|(?<=[$A-Z])\d+(?:[.,]\d+)*"
    rf"|\b(?:an?\s+(?=hundred|thousand|dozen))?(?:{_WORD})(?:(?:\s+and)?[\s-](?:{_WORD}))*\b"
    rf"|[{ZH_NUMERALS}]+(?:点[{ZH_NUMERALS}]+)?){_PART})"
    r"(?P<scale>\s?(?:[万萬亿億]|千(?![米克瓦])|百(?!分)|hundred\b|thousand\b|million\b|billion\b|k\b))?",
    re.IGNORECASE,
)
_ZH_UNIT = (
    "平方米|立方米|公里|公斤|千米|小时|分钟|个月|[美欧日港加澳新韩]元|美金|英镑|[港台韩]币|块钱|"
)
_ZH_UNIT += "个?百分点|[\u3400-\u9fff]"
_NATIONS = "hong kong|us|american|canadian|australian|singapore|new zealand|taiwan"
_NOUN = rf"(?:(?:square|cubic|percentage|percent|(?i:{_NATIONS}))\s+)?[A-Za-z]+"
_UNIT = re.compile(
    r"\s?(?P<sign>[%€£$](?!\s?points?\b)|percent\b(?!\s+points?\b)|per cent\b)"
    rf"|\s*(?:(?P<zh>{_ZH_UNIT})(?:\s*[/一每]\s*(?P<zh_per>个?{_ZH_UNIT}))?|(?P<noun>{_NOUN}))?"
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
# 千 in 千米 and 百 in 百分点 are no numbers either.
_ZH_PREFIXES = {"千": ("米", "克", "瓦"), "百": ("分",)}


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
    plain = normal(text)
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
    plain = normal(text)
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
    if text in _ZH_PREFIXES and match.string[match.end("number") :][:1] in _ZH_PREFIXES[text]:
        return []
    try:
        return [(number_of(f"{text}{match['scale'] or ''}"), start)]
    except Refused:
        parts = re.finditer(r"\d+", text)
        return [(Fraction(part[0]), start + part.start()) for part in parts]


def _unit(text: str, match: re.Match[str]) -> str:
    """The unit beside a number; a currency before it, or a word after it."""
    if match["hundredths"]:
        return "%"
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
