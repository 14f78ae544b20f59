"""Figures in text: found, compared by value, and told apart from totals."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from itertools import combinations

from trialogue.records import Action, Fact

_NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b")
_WORDS = {
    "en": [
        *("one", "two", "three", "four", "five", "six"),
        *("seven", "eight", "nine", "ten", "eleven", "twelve"),
    ],
    "zh": list("一二三四五六七八九十"),
}
_ZH_TWO = "两"


def figures(text: str) -> set[Decimal]:
    """All figures of a text by value; times of day are left out."""
    plain = _CLOCK.sub(" ", unicodedata.normalize("NFKC", text))
    return {Decimal(n.replace(",", "")).normalize() for n in _NUMBER.findall(plain)}


def spelled_out(text: str, language: str) -> set[Decimal]:
    """Small whole numbers written as words."""
    words = _WORDS[language]
    if language == "zh":
        found = {Decimal(words.index(c) + 1) for c in text if c in words}
        return found | ({Decimal(2)} if _ZH_TWO in text else set())
    spoken = re.findall(r"[a-z]+", text.lower())
    return {Decimal(words.index(word) + 1) for word in spoken if word in words}


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
            by_unit.setdefault(unit.split()[0].split("/")[0], []).append(value)
    for values in by_unit.values():
        for size in range(2, min(len(values), 4) + 1):
            found |= {sum(group, Decimal(0)) for group in combinations(values, size)}
    single = {value for ledger in ledgers for value, _ in ledger}
    return {value.normalize() for value in found - single}


def ledger(actions: Iterable[Action]) -> list[Fact]:
    """All facts of the actions in order."""
    return [fact for action in actions for fact in action.facts]
