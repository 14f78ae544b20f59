"""Moves a line towards a value without a model: other words for the same, lead-ins, filler.

Whoever can be trusted least with figures is asked last: what these steps reach, no model redraws.
"""

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from trialogue.agents.checks import Side
from trialogue.agents.controls.control import Control, Value
from trialogue.agents.controls.files import data
from trialogue.agents.controls.leads import Step, fillers, lead_ins
from trialogue.records import Language


def moved(
    line: str,
    control: Control,
    value: Value,
    side: Side,
    language: Language,
    random: Random,
    said: Sequence[str] = (),
) -> Iterator[str]:
    """The line after each further step towards `value`; nothing where there is no table.

    Other words and filler that lead away from the value are left out. `said` are earlier lines of
    the dialogue.
    """
    table = data("control_swaps")[language].get(control.name, {})
    if control.line is None or not table:
        return
    found = control.line(line, language)
    rising = found is not None and control.share(value) > control.share(found)
    for step in _worded(table, rising, side, language, random, said):
        if (after := step(line)) != line:
            line = after
            yield line
    gap = _gap(line, control, value, language)
    for step in _further(table, rising, side, language, random, said):
        after = step(line)
        if (left := _gap(after, control, value, language)) < gap:
            line, gap = after, left
            yield line


def _gap(line: str, control: Control, value: Value, language: Language) -> float:
    found = control.line(line, language) if control.line else None
    return 1.0 if found is None else abs(control.share(found) - control.share(value))


def _worded(
    table: Any, rising: bool, side: Side, language: Language, random: Random, said: Sequence[str]
) -> Iterator[Step]:
    """The same in words that belong to the value."""
    for low, high in table.get("pairs", ()):
        yield _exchange(*((low, high) if rising else (high, low)), language)
    for before, after in table.get("rise" if rising else "fall", ()):
        yield _exchange(before, after, language)
    leads = table.get("high" if rising else "low", {}).get(side, {})
    yield from lead_ins(leads, language, random, said)


def _further(
    table: Any, rising: bool, side: Side, language: Language, random: Random, said: Sequence[str]
) -> Iterator[Step]:
    """What only helps where it leads towards the value."""
    for word, others in table.get("vary", {}).items() if rising else ():
        yield _varied(word, others, language)
    more = table.get("more" if rising else "over", {}).get(side, {})
    yield from fillers(more, language, random, said)


def _exchange(before: str, after: str, language: Language) -> Step:
    pattern = _word(before, language)

    def step(line: str) -> str:
        if after.lower() in line.lower():  # the longer form may hold the shorter
            return line
        return pattern.sub(lambda found: _as(found, after), line)

    return step


def _varied(word: str, others: Sequence[str], language: Language) -> Step:
    """A word that comes again is said in other words, each of them once."""
    pattern = _word(word, language)

    def step(line: str) -> str:
        left = [None, *(other for other in others if other.lower() not in line.lower())]

        def other(found: re.Match[str]) -> str:
            chosen = left.pop(0) if left else None
            return found[0] if chosen is None else _as(found, chosen)

        return pattern.sub(other, line)

    return step


def _word(word: str, language: Language) -> re.Pattern[str]:
    """The word or phrase by itself, with its article."""
    pattern = re.escape(word)
    if language == "en":
        pattern = rf"(?<![\w'-])(?:(?P<article>an?) )?{pattern}(?![\w'-])"
    return re.compile(pattern, re.IGNORECASE)


def _as(found: re.Match[str], after: str) -> str:
    """The replacement, with article and capital of what it replaces."""
    if found.groupdict().get("article"):
        after = f"{'an' if after[0] in 'aeiou' else 'a'} {after}"
    return after[0].upper() + after[1:] if found[0][0].isupper() else after
