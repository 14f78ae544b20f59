"""Common-sense questions drawn by code, in pairs: the same words, two figures, both answers.

A question with its twin (a contrast set, Gardner et al. 2020) leaves nothing that its words alone
could give away, and keeps yes and no at one half each.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from random import Random

from trialogue.agents.seeds import Step, rng
from trialogue.evaluation.reasoning.plans import (
    Plan,
    Words,
    called,
    currency_word,
    derivation,
    language_of,
    listed,
    question_words,
    tasks_of,
    topic_of,
)
from trialogue.evaluation.reasoning.proof import prove
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.evaluation.reasoning.story_facts import Item, items_of
from trialogue.evaluation.reasoning.units import parse_unit
from trialogue.records import Dialogue, QuotedFact

# Which question of everyday life is about which unit.
_ROOMS = {
    "seats": "persons",
    "range": "km",
    "load": "kg",
    "cover": "square metres",
}

# Of smaller sizes a question would give away its answer: few people seldom need fifty seats.
_SMALLEST = 40


def sense_plans(
    dialogue: Dialogue, count: int, *, seed: int, path: Sequence[Step] = ()
) -> list[Plan]:
    """Up to `count` pairs whose labels are proved, one "yes" and one "no" each; first one of each
    family."""
    language = language_of(dialogue)
    words = question_words(language)
    random = rng(seed, "sense plans", dialogue.id, *path)
    items = items_of(dialogue)
    drawn = [plan for draw in _DRAWS for plan in draw(items, words, language, random)]
    random.shuffle(drawn)
    met: dict[str, int] = {}
    ranked = []
    for plan in drawn:
        met[plan.family] = met.get(plan.family, 0) + 1
        ranked.append((met[plan.family], plan))
    ranked.sort(key=lambda pair: pair[0])
    return [plan for _, plan in ranked if proved_pair(plan, dialogue)][:count]


def proved_pair(plan: Plan, dialogue: Dialogue) -> bool:
    """Whether a plan gives two tasks that are proved, one "yes" and one "no"."""
    try:
        pair = list(tasks_of(plan, plan.question, dialogue, "drawn"))
    except Refused:
        return False
    return {task.label for task in pair} == {"yes", "no"} and all(
        prove(task, dialogue).holds for task in pair
    )


def _enough(items: Sequence[Item], words: Words, language: str, random: Random) -> Iterator[Plan]:
    """A sum a little above what two things cost, and one a little below."""
    for pair in _payable(items):
        total = sum((_cost(item) for item in pair), Decimal(0))
        word = currency_word(pair[0].currency, pair, language)
        enough, short = _around(total, random)
        names = [called(item, words) for item in pair]
        costs = " + ".join(" * ".join(item.cost) for item in pair)
        yield _pair(
            "enough",
            words["common_sense"]["enough"],
            {"currency": word, "items": listed(names, words)},
            (f'{costs} <= "{enough} {word}"', f'{costs} <= "{short} {word}"'),
            (str(enough), str(short)),
            pair,
            random,
            tuple(names),
        )


def _more(items: Sequence[Item], words: Words, language: str, random: Random) -> Iterator[Plan]:
    """Whether one thing cost more than a share of another, a share on either side.

    Which of two things costs more is not asked: everyone can guess that.
    """
    for pair in _payable(items):
        a, b = random.sample(pair, 2)
        share, away = 100 * _cost(a) / _cost(b), random.randint(2, 4)
        low = (share * 100 / (100 + away)).to_integral_value("ROUND_FLOOR")
        high = (share * (100 + away) / 100).to_integral_value("ROUND_CEILING")
        if low < 5:
            continue
        names = (called(a, words), called(b, words))
        first, second = (" * ".join(item.cost) for item in (a, b))
        yield _pair(
            "more",
            words["common_sense"]["more"],
            dict(zip("ab", names, strict=True)),
            (f"{first} > {second} * {low}%", f"{first} > {second} * {high}%"),
            (str(low), str(high)),
            pair,
            random,
            names,
        )


def _room(items: Sequence[Item], words: Words, language: str, random: Random) -> Iterator[Plan]:
    """Whether something of everyday life is large enough."""
    for item in items:
        for family, fact in _sized(item):
            size = Decimal(fact.value)
            large, small = _beside(size, random)
            if size < _SMALLEST:
                continue
            unit = fact.unit
            yield _pair(
                family,
                words["common_sense"][family],
                {"topic": topic_of(item)},
                (f'{fact.name} <= "{large} {unit}"', f'{fact.name} <= "{small} {unit}"'),
                (str(large), str(small)),
                (item,),
                random,
                (topic_of(item),),
            )


def _pair(
    family: str,
    template: dict[str, str],
    slots: dict[str, str],
    expressions: tuple[str, str],
    figures: tuple[str, str],
    items: Sequence[Item],
    random: Random,
    keep: tuple[str, ...],
) -> Plan:
    """A question with one of two figures first, in either order."""
    turn = random.random() < 0.5
    first, second = reversed(expressions) if turn else expressions
    shown, other = reversed(figures) if turn else figures
    return Plan(
        family=family,
        kind="common_sense",
        question=template["ask"].format(n=shown, **slots),
        derivation=derivation(first, items, rule=template["rule"]),
        keep=(shown, *keep),
        swap=(shown, other),
        other=derivation(second, items, rule=template["rule"]),
    )


def _payable(items: Sequence[Item]) -> Iterator[tuple[Item, Item]]:
    """Pairs of things with a cost in one currency."""
    for a, b in combinations([item for item in items if item.cost], 2):
        if a.currency == b.currency:
            yield a, b


def _cost(item: Item) -> Decimal:
    cost = Decimal(1)
    for name in item.cost:
        cost *= Decimal(item.facts[name].value)
    return cost


def _around(total: Decimal, random: Random) -> tuple[Decimal, Decimal]:
    """Two round sums, one above and one below, equally far away.

    They are near, so that knowing what such things usually cost does not help.
    """
    step = Decimal(10) ** max(total.adjusted() - 2, 0)
    away = random.randint(1, 3)
    above = (total * (100 + away) / 100 / step).to_integral_value("ROUND_CEILING") * step
    below = (total * (100 - away) / 100 / step).to_integral_value("ROUND_FLOOR") * step
    return Decimal(format(above, "f")), Decimal(format(below, "f"))


def _beside(size: Decimal, random: Random) -> tuple[Decimal, Decimal]:
    """A whole size that is a little larger, and one that is as much smaller."""
    away = 1 + random.randint(0, int(size) // 40)
    whole = size.to_integral_value("ROUND_CEILING")
    return whole + away, whole - away


def _sized(item: Item) -> Iterator[tuple[str, QuotedFact]]:
    """The one figure of an item of each everyday unit."""
    for family, unit in _ROOMS.items():
        fitting = [f for f in item.facts.values() if parse_unit(f.unit) == parse_unit(unit)]
        if len(fitting) == 1:
            yield family, fitting[0]


_DRAWS: tuple[Callable[[Sequence[Item], Words, str, Random], Iterator[Plan]], ...] = (
    _enough,
    _more,
    _room,
)
