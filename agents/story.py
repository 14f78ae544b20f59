"""What a user lives through, drawn in code: identity, occasion, activities, figures.

Small models call everyone the same and choose the same amounts; so the program draws these and
the model finds the words.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml
from babel.dates import format_date

from trialogue.agents.identity import Drawn, introduced
from trialogue.agents.seeds import rng
from trialogue.errors import UsageError
from trialogue.records import Activity, Fact, Language, Persona, Quantity, Record, Scenario


class Point(Record):
    """One thing the user will do and later tell: what, when, with which figures.

    `note` is the material of the diary line; `facts` are the ledger entries it leaves.
    """

    activity: str
    topic: str
    what: str
    day: str
    note: str
    facts: tuple[Fact, ...]
    asks: tuple[str, ...] = ()


class Story(Record):
    """A user's part before any word is written: identity, occasion and points in time order.

    `persona` holds the facets in full, also those that the identity does not tell.
    """

    name: str
    identity: str
    occasion: str
    points: tuple[Point, ...]
    persona: Persona = Persona()


def draw_story(
    scenario: Scenario,
    seed: int,
    points: tuple[int, int],
    persona: Persona | None = None,
    controls: Mapping[str, Any] | None = None,
) -> Story:
    """The story of one candidate, with between points[0] and points[1] points, none for (0, 0).

    With a `persona` the identity tells its facets, and missing ones are drawn; without one it
    tells a trait. Of `controls` (values by name) those that belong to the user are followed:
    `knowledge_gap`, `decision_style` and `identity`, which goes before job and trait. Neither
    changes occasion or points.
    """
    random = rng(seed, "story")
    drawn = _drawn(scenario, random)
    if points[1] and not scenario.activities:
        raise UsageError(f"scenario {scenario.id!r} has no activities; add some to its file")
    wanted = min(random.randint(*points), len(scenario.activities))
    chosen = random.sample(scenario.activities, wanted)
    occasion = random.choice(scenario.occasions) if scenario.occasions else scenario.name
    form = _form(scenario.language, persona, controls or {})
    user = introduced(scenario, seed, form, drawn, persona, controls or {})
    return Story(
        name=user.name,
        identity=user.identity,
        occasion=occasion,
        points=_points(scenario, chosen, random) if chosen else (),
        persona=user.persona,
    )


@cache
def words(language: Language) -> dict[str, Any]:
    """Names, traits, greetings and usual reactions in a language."""
    text = (files("trialogue.agents") / "data" / "people.yaml").read_text(encoding="utf-8")
    people: dict[str, Any] = yaml.safe_load(text)[language]
    return people


def _form(language: Language, persona: Persona | None, controls: Mapping[str, Any]) -> str:
    """How an identity is put together: an age beside an identity that is asked for is a given
    one."""
    kind = "identity"
    if controls.get("identity"):
        kind = "aged" if persona and persona.age else "named"
    form: str = words(language)[kind]
    return form


def _drawn(scenario: Scenario, random: Random) -> Drawn:
    people = words(scenario.language)
    given, family = random.choice(people["given"]), random.choice(people["family"])
    name = f"{family}{given}" if scenario.language == "zh" else f"{given} {family}"
    job = random.choice(scenario.jobs) if scenario.jobs else scenario.roles.user.label
    age = random.randint(21, 67)
    return Drawn(Persona(name=name, age=age, job=job), random.choice(people["traits"]))


def _points(scenario: Scenario, chosen: list[Activity], random: Random) -> tuple[Point, ...]:
    """Points around one time, in order of their days, sharing slot values where they can."""
    low = max(activity.days_ago[0] for activity in chosen)
    high = min(activity.days_ago[1] for activity in chosen)
    around = random.randint(low, high) if low <= high else low
    slots: dict[str, str] = {}
    dated = []
    for activity in chosen:
        ago = min(max(around + random.randint(-2, 2), activity.days_ago[0]), activity.days_ago[1])
        day = scenario.today - timedelta(days=ago)
        dated.append((day, _point(scenario, activity, day, slots, random)))
    return tuple(point for _, point in sorted(dated, key=lambda pair: pair[0]))


def _point(
    scenario: Scenario, activity: Activity, day: date, slots: dict[str, str], random: Random
) -> Point:
    for slot, choices in activity.slots.items():
        if slots.get(slot) not in choices:
            slots[slot] = random.choice(choices)
    what = activity.what.format(**{slot: slots[slot] for slot in activity.slots})
    drawn = [(quantity, _draw(quantity, random)) for quantity in activity.quantities]
    spoken = spoken_date(day, scenario.language)
    figures = [_figure(quantity, value, scenario.language) for quantity, value in drawn]
    comma = "；" if scenario.language == "zh" else "; "
    return Point(
        activity=activity.name,
        topic=activity.topic,
        what=what,
        day=spoken,
        note=comma.join([what, spoken, *figures]),
        facts=tuple(
            Fact(
                name=quantity.name,
                value=value,
                unit=rate(quantity.unit, quantity.per, scenario.language),
                when=day.isoformat(),
            )
            for quantity, value in drawn
        ),
        asks=activity.asks,
    )


def _draw(quantity: Quantity, random: Random) -> str:
    steps = int((quantity.high - quantity.low) / quantity.step)
    return format(Decimal(quantity.low + random.randint(0, steps) * quantity.step), "f")


def _figure(quantity: Quantity, value: str, language: str) -> str:
    gap = "" if language == "zh" else " "
    figure = f"{value}{gap}{rate(quantity.unit, quantity.per, language)}"
    return f"{quantity.label}{gap}{figure}" if quantity.label else figure


def rate(unit: str, per: str | None, language: str) -> str:
    """A unit with what it is counted by: "CNY per night", "元/晚"."""
    if per is None:
        return unit
    return f"{unit}/{per}" if language == "zh" else f"{unit} per {per}"


def spoken_date(day: date, language: str) -> str:
    """A date as it is said: "4 March", "3月4日"."""
    if language == "zh":
        return f"{day.month}月{day.day}日"
    return format_date(day, "d MMMM", locale="en")
