"""Hidden context: a figure that the user tells only when it is asked for."""

from datetime import date
from typing import NamedTuple

from trialogue.agents.figures import figures
from trialogue.agents.story import rate, spoken_date
from trialogue.records import Action, Activity, Fact, Quantity, Scenario


class Detail(NamedTuple):
    """A figure that can be held back: as it is said ("3 nights"), what it is called ("nights"),
    and the diary line without it."""

    shown: str
    called: str
    line: str


def withheld(scenario: Scenario, action: Action) -> Detail | None:
    """The last figure of an action with two or more, where the rest can be told without it.

    None where the action is none of the scenario's, or its line does not name what it is about.
    """
    activity = next((a for a in scenario.activities if a.topic == action.topic), None)
    if activity is None or len(action.facts) < 2:
        return None
    quantities = {quantity.name: quantity for quantity in activity.quantities}
    what = _what(activity, action.action)
    if what is None or any(fact.name not in quantities for fact in action.facts):
        return None
    *told, last = action.facts
    language = scenario.language
    quantity = quantities[last.name]
    shown = [_shown(quantities[fact.name], fact, language) for fact in told]
    if figures(what) & figures(last.value):
        return None
    return Detail(
        _shown(quantity, last, language),
        quantity.label or rate(quantity.unit, quantity.per, language),
        _line(what, last, shown, language),
    )


def _line(what: str, fact: Fact, shown: list[str], language: str) -> str:
    day = spoken_date(date.fromisoformat(fact.when), language) if fact.when else ""
    if language == "zh":
        return f"{day}我{what}，{'，'.join(shown)}。"
    return f"{f'On {day} ' if day else ''}I {what}, {', '.join(shown)}."


def _what(activity: Activity, line: str) -> str | None:
    """The activity's phrase with the slots that the line names."""
    chosen = {}
    for slot, choices in activity.slots.items():
        named = [choice for choice in choices if choice.lower() in line.lower()]
        if not named:
            return None
        chosen[slot] = max(named, key=len)
    return activity.what.format(**chosen)


def _shown(quantity: Quantity, fact: Fact, language: str) -> str:
    gap = "" if language == "zh" else " "
    figure = f"{fact.value}{gap}{fact.unit}"
    return f"{quantity.label}{gap}{figure}" if quantity.label else figure
