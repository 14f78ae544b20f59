"""Figures with units, found in a case and in a rule, and compared."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from trialogue.records import Language

_ZH_UNIT = "平方米|立方米|公里|公斤|千米|小时|分钟|个月|万元|[\u3400-\u9fff]"
_MEASURE = re.compile(
    r"(?<![\d.,第])(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*"
    r"(?:(?P<unit>[A-Za-z]+|%)(?:(?:\s+(?:per|an?|each)\s+|\s*/\s*)(?P<per>[a-z]+))?"
    rf"|(?P<zh>{_ZH_UNIT})(?:[/一每](?P<zh_per>{_ZH_UNIT}))?)"
)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NO_UNITS = ("am", "pm", "and", "are", "at", "for", "from", "in", "is", "of", "on", "or", "to")
# Dates, times of day and words that follow a figure without being its unit.
_NOT_UNITS = {*_MONTHS, *_NO_UNITS, *"月日年号点和或到至以"}


class Measure(NamedTuple):
    """A figure with its unit and what it is counted by: 480, "cny", "night"."""

    value: Decimal
    shown: str
    unit: str
    per: str


@dataclass(frozen=True)
class Comparison:
    """A figure of the case against a figure of the rule with the same unit."""

    case: Measure
    rule: Measure

    @property
    def direction(self) -> Literal["more", "less"] | None:
        """Whether the case's figure is more or less than the rule's; None if they are equal."""
        if self.case.value == self.rule.value:
            return None
        return "more" if self.case.value > self.rule.value else "less"

    @property
    def decisive(self) -> set[Decimal]:
        """The figure an answer should name: what is too much, else the rule's."""
        over = self.case.value - self.rule.value
        return {(over if over > 0 else self.rule.value).normalize()}

    @property
    def expression(self) -> str:
        """What the calculator is asked: the larger minus the smaller."""
        high, low = sorted((self.case.value, self.rule.value), reverse=True)
        return f"{high} - {low}"

    def told(self, difference: str, language: Language) -> str:
        """The comparison as a sentence, with the calculator's `difference`."""
        case, rule = self.case.shown, self.rule.shown
        if self.case.value == self.rule.value:
            return f"{case}等于{rule}。" if language == "zh" else f"{case} is the same as {rule}."
        more = self.case.value > self.rule.value
        if language == "zh":
            unit = self.case.shown.lstrip("0123456789.,")
            return f"{case}比{rule}{'多' if more else '少'}{difference}{unit}。"
        unit = self.case.shown.partition(" ")[2]
        return f"{case} is {difference} {unit} {'more' if more else 'less'} than {rule}."


def measures(text: str) -> list[Measure]:
    """All figures of a text that carry a unit, in order; dates and ordinals are left out."""
    found = []
    for match in _MEASURE.finditer(text):
        unit = match["zh"] or match["unit"].lower()
        if unit in _NOT_UNITS:
            continue
        gap = "" if match["zh"] else " "
        found.append(
            Measure(
                Decimal(match["value"].replace(",", "")),
                f"{match['value']}{gap}{match['zh'] or match['unit']}",
                unit if match["zh"] else unit.removesuffix("s"),
                match["zh_per"] or (match["per"] or "").lower(),
            )
        )
    return found


def compare(case: str, rule: Sequence[str]) -> Comparison | None:
    """The first pair of figures with the same unit, or None.

    A rate of the case ("per night") is compared only where the rule speaks of that night too.
    """
    for sentence in rule:
        for bound in measures(sentence):
            for told in measures(case):
                if _comparable(told, bound, sentence):
                    return Comparison(told, bound)
    return None


def _comparable(told: Measure, bound: Measure, sentence: str) -> bool:
    if told.unit != bound.unit or bound.unit in ("%", "percent"):
        return False
    if bound.per and bound.per != told.per:
        return False
    return not told.per or told.per in sentence.lower()
