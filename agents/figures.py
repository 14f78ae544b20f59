"""Figures in text: found, compared by value, and told apart from totals."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from itertools import combinations

from trialogue.records import Action, Fact

# Next to Chinese characters there are no word boundaries, so these look for digits only.
_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?")
_CLOCK = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
_WORDS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
# 一 counts only before a measure word, and not in 第一次, 480元一晚 or 同一天.
_ZH_NUMBER = re.compile(
    "(?<![第元同百千万二三四五六七八九])(?:(?P<tens>[二三四五六七八九]?)十(?P<ones>[一二三四五六七八九]?)"
    "|(?P<one>一)(?=[个件晚天次张人位份箱袋台套间组名块米公遍项程顿包条辆瓶])"
    "|(?P<digit>[二两三四五六七八九]))(?![百千万])"
)
_ZH_DIGITS = "零一二三四五六七八九"


@lru_cache(4096)
def figures(text: str) -> frozenset[Decimal]:
    """All figures of a text by value; times of day are left out."""
    plain = _CLOCK.sub(" ", unicodedata.normalize("NFKC", text))
    return frozenset(Decimal(n.replace(",", "")).normalize() for n in _NUMBER.findall(plain))


def spelled_out(text: str, language: str) -> set[Decimal]:
    """Small whole numbers written as words: to twelve in English, to 99 in Chinese."""
    if language == "zh":
        return {_zh_value(match) for match in _ZH_NUMBER.finditer(text)}
    spoken = re.findall(r"[a-z]+", text.lower())
    return {Decimal(_WORDS.index(word) + 1) for word in spoken if word in _WORDS}


def _zh_value(match: re.Match[str]) -> Decimal:
    single = match["one"] or match["digit"]
    if single:
        return Decimal(2 if single == "两" else _ZH_DIGITS.index(single))
    tens, ones = match["tens"] or "一", match["ones"] or "零"
    return Decimal(10 * _ZH_DIGITS.index(tens) + _ZH_DIGITS.index(ones))


def missing(values: Iterable[str], text: str, language: str) -> list[str]:
    """Those of the values that the text does not carry, as digits or as a word."""
    there = figures(text) | spelled_out(text, language)
    return [value for value in values if Decimal(value).normalize() not in there]


def totals(actions: Iterable[Action]) -> set[Decimal]:
    """Sums and products of ledger figures: what a question over the dialogue may ask for.

    Rate × count inside an action, and sums of two or more amounts of one currency over actions.
    """
    ledgers = [[(Decimal(f.value), f.unit) for f in action.facts] for action in actions]
    found = {a * b for ledger in ledgers for (a, _), (b, _) in combinations(ledger, 2)}
    by_unit: dict[str, list[Decimal]] = {}
    for ledger in ledgers:
        for value, unit in ledger:
            by_unit.setdefault(unit.partition(" ")[0].partition("/")[0], []).append(value)
    for values in by_unit.values():
        for size in range(2, min(len(values), 4) + 1):
            found |= {sum(group, Decimal(0)) for group in combinations(values, size)}
    single = {value for ledger in ledgers for value, _ in ledger}
    return {value.normalize() for value in found - single}


def ledger(actions: Iterable[Action]) -> list[Fact]:
    """All facts of the actions in order."""
    return [fact for action in actions for fact in action.facts]
