"""The figures of a dialogue's story, found in what the user says and quoted from there."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from trialogue.evaluation.reasoning.amounts import find_amounts
from trialogue.evaluation.reasoning.dates import find_dates
from trialogue.evaluation.reasoning.numbers import normal, number_of
from trialogue.evaluation.reasoning.quantities import Quantity
from trialogue.evaluation.reasoning.quotations import quoted_operand
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.evaluation.reasoning.units import parse_unit
from trialogue.records import Action, Dialogue, Fact, QuotedFact

_CLAUSE = re.compile(r"(?<!\d)[,.](?!\d)|(?<=\d)[,.](?!\d)|[;!?，。；！？、]")
_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Item:
    """One thing that the user tells of: its topic, its figures by name, its day.

    `cost` are the names whose product is what it costs: a rate and what it is counted by, or one
    sum; none where its figures give no sum of money.
    """

    topic: str
    facts: dict[str, QuotedFact] = field(hash=False)
    day: QuotedFact | None = None
    cost: tuple[str, ...] = ()

    @property
    def currency(self) -> str:
        """The currency of its cost, "" if it has none."""
        units = (parse_unit(self.facts[name].unit)[0] for name in self.cost)
        return next((code for unit in units for code in sorted(unit.currencies)), "")


def items_of(dialogue: Dialogue) -> list[Item]:
    """What the user lived through and told, in order; of several with one topic none.

    A figure is kept where a turn of the user says it with its unit. Dialogues without a ledger
    give nothing.
    """
    topics = [action.topic for action in dialogue.trajectory]
    named: set[str] = set()
    items = []
    for action in dialogue.trajectory:
        if not action.topic or topics.count(action.topic) > 1:
            continue
        item = _item(action, dialogue, named)
        if item is not None:
            named |= set(item.facts)
            items.append(item)
    return items


def _item(action: Action, dialogue: Dialogue, named: set[str]) -> Item | None:
    place = _told_in(action, dialogue)
    if place is None or len({fact.name for fact in action.facts}) < len(action.facts):
        return None
    found = [_quoted(fact, place, dialogue) for fact in action.facts]
    facts = {fact.name: fact for fact in found if fact is not None and fact.name not in named}
    if not facts:
        return None
    return Item(action.topic, facts, _day(action, place, dialogue), _cost(list(facts.values())))


def _told_in(action: Action, dialogue: Dialogue) -> int | None:
    """The turn of the user that says all figures of an action; None where there are two."""
    values = [Quantity.of(number_of(fact.value)).value for fact in action.facts]
    places = [
        place
        for place, turn in enumerate(dialogue.turns)
        if turn.speaker == "user" and values
        if all(value in {a.value for a in find_amounts(turn.text)} for value in values)
    ]
    return places[0] if len(places) == 1 else None


def _quoted(fact: Fact, place: int, dialogue: Dialogue) -> QuotedFact | None:
    value = number_of(fact.value)
    text = dialogue.turns[place].text
    for amount in find_amounts(text):
        if amount.value != value:
            continue
        quoted = QuotedFact(
            name=_NAME.sub("_", fact.name.lower()).strip("_") or "figure",
            value=fact.value,
            turn=place,
            quote=_clause(text, amount.start, amount.end),
            unit=fact.unit,
        )
        try:
            quoted_operand(quoted, dialogue.turns)
        except Refused:
            continue
        return quoted
    return None


def _day(action: Action, place: int, dialogue: Dialogue) -> QuotedFact | None:
    when = next((fact.when for fact in action.facts if fact.when), None)
    text = dialogue.turns[place].text
    for found in find_dates(text):
        if when and found.said and found.said.may_be(date.fromisoformat(when)):
            quote = _clause(text, found.start, found.end)
            name = f"{_NAME.sub('_', action.facts[0].name.lower()).strip('_')}_day"
            return QuotedFact(name=name, value=when, turn=place, quote=quote)
    return None


def _clause(text: str, start: int, end: int) -> str:
    """The words between two marks around a place of the normalised text."""
    if len(normal(text)) != len(text):
        return text
    marks = [0, *(mark.end() for mark in _CLAUSE.finditer(text)), len(text)]
    low = max(mark for mark in marks if mark <= start)
    high = min((m.start() for m in _CLAUSE.finditer(text) if m.start() >= end), default=len(text))
    return text[low:high].strip()


def _cost(facts: Sequence[QuotedFact]) -> tuple[str, ...]:
    """Names of the figures whose product is a sum of money, if there is just one way."""
    ways = [*_products(facts), *_sums(facts)]
    return ways[0] if len(ways) == 1 else ()


def _products(facts: Sequence[QuotedFact]) -> Iterator[tuple[str, ...]]:
    for rate in facts:
        for count in facts:
            (rated, _), (counted, _) = parse_unit(rate.unit), parse_unit(count.unit)
            product = rated * counted
            money = rated.currencies and product.currencies == rated.currencies
            if money and (len(rated.powers), len(counted.powers), len(product.powers)) == (2, 1, 1):
                yield (rate.name, count.name)


def _sums(facts: Sequence[QuotedFact]) -> Iterator[tuple[str, ...]]:
    for fact in facts:
        unit, _ = parse_unit(fact.unit)
        if unit.currencies and len(unit.powers) == 1:
            yield (fact.name,)
