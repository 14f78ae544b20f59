"""Where the figures of an assistant's turns come from (METHOD §3: every claim is grounded)."""

import json
import re
from collections.abc import Mapping, Sequence, Set
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from trialogue.agents.figures import figures, spelled_out
from trialogue.evaluation.tool_errors import failed
from trialogue.evaluation.tool_use import effect_of_name
from trialogue.records import Dialogue, ToolCall, Turn

_LIST_NUMBER = re.compile(r"^\s*\d{1,2}[.)、]\s", re.MULTILINE)
_PERCENT = re.compile(r"\d[\d.,]*\s*[%％]")
_CALCULATOR = "calculator"
_WRITES = ("create", "update", "delete")
# What an expression may bring in by itself: counts of months and of hundredths, say.
_FREE = {Decimal(number).normalize() for number in (*range(13), 100)}
_PLACES = range(5)
_LARGEST = 15


class Loose(NamedTuple):
    """Figures of the turn at a 0-based index that come from nowhere.

    `unseen` are sources of the turns until then whose texts are not at hand, so that the figures
    may stand there.
    """

    turn: int
    figures: tuple[Decimal, ...]
    unseen: tuple[str, ...]


def loose_figures(dialogue: Dialogue, knowledge: Mapping[str, str]) -> list[Loose]:
    """The figures that the assistant names and nothing before them gives.

    Figures are given by the user's words, by results of tools, by what a tool wrote down, by the
    passages a turn rests on (`knowledge`: text by source address) and by the calculator, if what
    it was asked to work out is given itself. A rounded figure, a share told in percent and what
    was said in turns taken over from another dialogue count as given.
    """
    given: Set[Decimal] = set()
    unseen: dict[str, None] = {}
    found = []
    for place, turn in enumerate(dialogue.turns):
        if turn.speaker == "user" or place < taken_over(dialogue):
            given |= _all(turn.text, dialogue.scenario.language)
            continue
        for source in turn.sources:
            given |= _all(knowledge.get(source, ""), dialogue.scenario.language)
            if source not in knowledge:
                unseen[source] = None
        given |= _of_calls(turn.tool_calls, given)
        if loose := _loose(turn, given):
            found.append(Loose(place, tuple(sorted(loose)), tuple(unseen)))
    return found


def taken_over(dialogue: Dialogue) -> int:
    """How many of the turns stood already: they are not this dialogue's to answer for."""
    return dialogue.origin.turns if dialogue.origin else 0


def _all(text: str, language: str) -> Set[Decimal]:
    return figures(text) | spelled_out(text, language)


def _of_calls(calls: Sequence[ToolCall], given: Set[Decimal]) -> Set[Decimal]:
    """What the calls bring in; a later one may work with the results of an earlier one."""
    brought: Set[Decimal] = set()
    for call in calls:
        operands = figures(str(call.arguments.get("expression", "")))
        if call.name != _CALCULATOR or operands <= given | brought | _FREE:
            brought |= figures(call.result)
        if effect_of_name(call.name).deed in _WRITES and not failed(call):
            brought |= figures(json.dumps(call.arguments, ensure_ascii=False, default=str))
    return brought


def _loose(turn: Turn, given: Set[Decimal]) -> Set[Decimal]:
    text = _LIST_NUMBER.sub(" ", turn.text)
    loose = figures(text) - given
    if not loose:
        return loose
    rounded = {_rounded(value, places) for value in given for places in _PLACES if _usual(value)}
    percent = figures(" ".join(_PERCENT.findall(text)))
    return {
        value
        for value in loose - rounded
        if not (value in percent and (value / 100).normalize() in given | rounded)
    }


def _usual(value: Decimal) -> bool:
    return abs(value.adjusted()) <= _LARGEST and value >= 1


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP).normalize()
