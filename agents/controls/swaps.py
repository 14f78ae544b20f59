"""Moves a line towards a value without a model: other words for the same, lead-ins, filler.

Whoever can be trusted least with figures is asked last: what these steps reach, no model redraws.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

from trialogue.agents.checks import Side
from trialogue.agents.controls.control import Control, Value
from trialogue.agents.controls.files import data
from trialogue.agents.controls.words import sentences
from trialogue.records import Language

Step = Callable[[str], str]
Join = Callable[[str, str], str]

# Sentences of at most this many bytes, about four words or six Chinese characters, are greetings:
# lead-ins come after them.
_GREETING = 20
# Words that are written small inside a sentence; a name would not be.
_SMALL = re.compile(
    r"(?:A|Am|An|And|Are|At|Can|Did|Do|Does|Each|For|Has|Have|How|If|In|Is|It|May|My|No(?!,)|Of|On|One|Only|"
    r"Our|The|There|These|They|This|Those|Up|Was|We|Were|What|When|Where|Which|Who|Why|Will|"
    r"With|Would|You|Your)\b"
)
_LEADS = re.compile(r"(?:And|But|So|Or|Oh|Now|Well|Hm|About|By the way)\b", re.IGNORECASE)


def moved(
    line: str, control: Control, value: Value, side: Side, language: Language, random: Random
) -> Iterator[str]:
    """The line after each further step towards `value`; nothing where there is no table."""
    table = data("control_swaps")[language].get(control.name, {})
    if control.line is None or not table:
        return
    found = control.line(line, language)
    rising = found is not None and control.share(value) > control.share(found)
    for step in _steps(table, rising, side, language, random):
        after = step(line)
        if after != line:
            line = after
            yield line


def _steps(
    table: Any, rising: bool, side: Side, language: Language, random: Random
) -> Iterator[Step]:
    for low, high in table.get("pairs", ()):
        yield _exchange(*((low, high) if rising else (high, low)), language)
    for before, after in table.get("rise" if rising else "fall", ()):
        yield _exchange(before, after, language)
    yield from _leads(table.get("high" if rising else "low", {}).get(side, {}), random, _lead)
    more = table.get("more", {}).get(side, {}) if rising else {}
    gap = "" if language == "zh" else " "
    yield from _leads(more, random, lambda text, rest: f"{text}{gap}{rest}")
    if more.get("end"):
        end = random.choice(more["end"])
        yield lambda line: f"{line}{gap}{end}"


def _leads(texts: Any, random: Random, join: Join) -> Iterator[Step]:
    """Steps that put one of the texts before what is told, and one before the last question."""
    if texts.get("start"):
        yield partial(_before_rest, random.choice(texts["start"]), join)
    if texts.get("question"):
        yield partial(_before_question, random.choice(texts["question"]), join)


def _before_question(text: str, join: Join, line: str) -> str:
    last = (sentences(line) or [""])[-1]
    if not last.endswith(("?", "？")):
        return line
    at = line.rindex(last)
    return line[:at] + join(text, line[at:])


def _before_rest(text: str, join: Join, line: str) -> str:
    """Before the first sentence that is no greeting and no question."""
    first = next((said for said in sentences(line) if len(said.encode()) > _GREETING), "?")
    if first.endswith(("?", "？")):
        return line
    at = line.index(first)
    return line[:at] + join(text, line[at:])


def _exchange(before: str, after: str, language: Language) -> Step:
    pattern = re.escape(before)
    if language == "en":
        pattern = rf"(?<![\w'-])(?:(?P<article>an?) )?{pattern}(?![\w'-])"

    def step(line: str) -> str:
        if after.lower() in line.lower():  # the longer form may hold the shorter
            return line
        return re.sub(pattern, lambda found: _as(found, after), line, flags=re.IGNORECASE)

    return step


def _as(found: re.Match[str], after: str) -> str:
    """The replacement, with article and capital of what it replaces."""
    if found.groupdict().get("article"):
        after = f"{'an' if after[0] in 'aeiou' else 'a'} {after}"
    return after[0].upper() + after[1:] if found[0][0].isupper() else after


def _lead(text: str, rest: str) -> str:
    """A lead-in, after which a known word is written small.

    None before other capitals, which may be a name or not, nor where the rest leads in itself.
    """
    if _LEADS.match(rest):
        return rest
    if _SMALL.match(rest):
        return text + rest[0].lower() + rest[1:]
    plain = text.endswith(": ") or not re.match(r"[A-Z](?<!I)|I\w|[^,]{1,8}, ", rest)
    return text + rest if plain else rest
