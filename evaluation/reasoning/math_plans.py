"""Math questions drawn by code: sums, differences, shares and rests of what things cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from random import Random

from trialogue.agents.seeds import Step, rng
from trialogue.evaluation.reasoning.arithmetic import parse
from trialogue.evaluation.reasoning.dates import date_of
from trialogue.evaluation.reasoning.plans import (
    Plan,
    Words,
    called,
    counted_of,
    currency_word,
    derivation,
    language_of,
    listed,
    question_words,
    rate_of,
    tasks_of,
    topic_of,
)
from trialogue.evaluation.reasoning.proof import prove
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.evaluation.reasoning.story_facts import Item, items_of
from trialogue.records import Dialogue

_TRIES = 60
_PLACES = 2


@dataclass(frozen=True)
class Term:
    """What an item costs, as it was or as a supposition has it."""

    item: Item
    expression: str
    supposed: str = ""
    keep: tuple[str, ...] = ()


def math_plans(
    dialogue: Dialogue,
    count: int,
    *,
    seed: int,
    path: Sequence[Step] = (),
    operations: tuple[int, int] = (2, 5),
) -> list[Plan]:
    """Up to `count` plans whose labels are proved, of as many families as there are.

    `operations` bounds how many steps they take; `path` tells draws of one seed apart. None where
    the dialogue has no figures with which sums can be worked out.
    """
    words = question_words(language_of(dialogue))
    random = rng(seed, "math plans", dialogue.id, *path)
    items = [item for item in items_of(dialogue) if item.cost]
    kept: list[Plan] = []
    for _ in range(_TRIES if items else 0):
        if len(kept) == count:
            break
        plan = _drawn(items, words, language_of(dialogue), random)
        if plan is not None and _new(plan, kept) and _proved(plan, dialogue, operations):
            kept.append(plan)
    return kept


def _new(plan: Plan, kept: Sequence[Plan]) -> bool:
    """Another question; while there are few, also of another family."""
    others = {(p.family, p.derivation.expression) for p in kept}
    return (plan.family, plan.derivation.expression) not in others and (
        len(kept) > 4 or plan.family not in {p.family for p in kept}
    )


def _proved(plan: Plan, dialogue: Dialogue, operations: tuple[int, int]) -> bool:
    low, high = operations
    if not low <= operations_of(plan) <= high:
        return False
    try:
        (task,) = tasks_of(plan, plan.question, dialogue, "drawn")
    except Refused:
        return False
    exact = -int(Decimal(task.label).as_tuple().exponent) <= _PLACES
    return exact and Decimal(task.label) > 0 and prove(task, dialogue).holds


def _drawn(items: Sequence[Item], words: Words, language: str, random: Random) -> Plan | None:
    currency = random.choice(sorted({item.currency for item in items}))
    same = [item for item in items if item.currency == currency]
    size = random.choice([n for n in (1, 2, 2, 2, 3) if n <= len(same)])
    chosen = random.sample(same, size)
    family = random.choice([f for f in words["math"] if _fits(f, size)])
    if family == "daily":
        return _daily(chosen, items, words, language, random)
    word = currency_word(currency, chosen, language)
    supposing = size == 1 or random.random() < 0.6
    terms = [term_of(item, words, word, random, supposing) for item in chosen]
    return _asked(family, terms, words, word, random)


def _fits(family: str, size: int) -> bool:
    if family == "single":
        return size == 1
    return size == 2 if family in ("difference", "daily") else size > 1


def term_of(item: Item, words: Words, currency: str, random: Random, supposing: bool) -> Term:
    """What an item costs, perhaps under a supposition where that is wanted."""
    whole = " * ".join(item.cost)
    kinds = ["lower", "higher", *(["longer", "less_each"] if len(item.cost) > 1 else [])]
    if not supposing or random.random() < 0.4:
        return Term(item, whole)
    kind = random.choice(kinds)
    if kind in ("lower", "higher"):
        p = random.choice((5, 10, 15, 20, 25, 30, 40))
        sign = "-" if kind == "lower" else "+"
        changed = f"{whole} * (100% {sign} {p}%)"
        return _supposed(item, kind, changed, words, p=str(p), keep=(f"{p}%",))
    rate, count = item.cost
    if kind == "longer":
        k = str(random.randint(2, 6))
        changed = f'{rate} * ({count} + "{k} {counted_of(item)}")'
        return _supposed(item, kind, changed, words, k=k, keep=(k,))
    unit = item.facts[rate].unit
    d = _round_part(Decimal(item.facts[rate].value), random)
    changed = f'({rate} - "{d} {unit}") * {count}'
    return _supposed(item, kind, changed, words, d=str(d), unit=unit, keep=(str(d),))


def _supposed(
    item: Item, kind: str, expression: str, words: Words, *, keep: tuple[str, ...], **slots: str
) -> Term:
    template: str = words["suppositions"][kind]
    text = template.format(
        it=called(item, words),
        rate=rate_of(item),
        counted=counted_of(item),
        topic=topic_of(item),
        **slots,
    )
    return Term(item, expression, text, keep)


def _round_part(value: Decimal, random: Random) -> Decimal:
    """Five to twenty-five hundredths of a value, with one digit."""
    part = value * random.randint(5, 25) / 100
    step = Decimal(1).scaleb(part.adjusted())
    return Decimal(format((part / step).to_integral_value() * step, "f"))


def _asked(
    family: str, terms: Sequence[Term], words: Words, currency: str, random: Random
) -> Plan | None:
    supposed = [term.supposed for term in terms if term.supposed]
    template = words["math"][family].get("if" if supposed else "is")
    if template is None:
        return None
    names = [called(term.item, words) for term in terms]
    total = " + ".join(term.expression for term in terms)
    slots = {"items": listed(names, words), "currency": currency}
    slots |= dict(zip("ab", names, strict=False))
    expression = total
    if family == "difference":
        expression = f"{terms[0].expression} - {terms[1].expression}"
    elif family == "split":
        slots["n"] = str(random.randint(2, 6))
        expression = f"({total}) / {slots['n']}"
    elif family == "left":
        slots["budget"] = _budget(terms, random)
        expression = f'"{slots["budget"]} {currency}" - ({total})'
    head = words["suppose_and"].join(supposed)
    suppose = words["suppose"].format(suppositions=head) if supposed else ""
    figures = [f for term in terms for f in term.keep]
    figures += [slots[name] for name in ("n", "budget") if name in slots]
    return Plan(
        family=f"{family}{'_supposed' if supposed else ''}",
        kind="math",
        question=suppose + template.format(**slots),
        derivation=derivation(expression, [term.item for term in terms]),
        unit=currency,
        keep=(*figures, *names),
    )


def _budget(terms: Sequence[Term], random: Random) -> str:
    """A round sum that is well above all amounts that the terms name."""
    total = sum(_product(term.item) for term in terms)
    budget = int(total * random.randint(120, 220) / 100)
    step = 10 ** max(len(str(budget)) - 2, 0)
    return str(-(-budget // step) * step)


def _product(item: Item) -> Decimal:
    value = Decimal(1)
    for name in item.cost:
        value *= Decimal(item.facts[name].value)
    return value


def _daily(
    chosen: Sequence[Item], items: Sequence[Item], words: Words, language: str, random: Random
) -> Plan | None:
    """A fee for every day between two dates of the story, and what one thing cost."""
    spans = list(_spans(items))
    if not spans:
        return None
    first, last = random.choice(spans)
    item = chosen[0]
    word = currency_word(item.currency, chosen, language)
    fee = str(random.choice((3, 4, 6, 8, 12, 15, 18)))
    assert first.day
    assert last.day
    days = f"({last.day.name} - {first.day.name})"
    expression = f'{days} * "{fee} {word}/day" + {" * ".join(item.cost)}'
    question = words["math"]["daily"]["is"].format(
        fee=fee,
        currency=word,
        first=topic_of(first),
        last=topic_of(last),
        items=called(item, words),
    )
    return Plan(
        family="daily",
        kind="math",
        question=question,
        derivation=derivation(expression, [item], [first.day, last.day]),
        unit=word,
        keep=(fee, words["names"]["fee"], topic_of(first), topic_of(last), called(item, words)),
    )


def _spans(items: Sequence[Item]) -> Iterator[tuple[Item, Item]]:
    for first, last in combinations(items, 2):
        if first.day and last.day and (date_of(last.day.value) - date_of(first.day.value)).days > 1:
            yield first, last


def operations_of(plan: Plan) -> int:
    """How many steps a plan takes."""
    return parse(plan.derivation.expression).operations
