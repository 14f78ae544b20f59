"""Plans with more steps than a task that proved easy: longer sums, suppositions, closer calls."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from random import Random

from trialogue.agents.seeds import Step, rng
from trialogue.evaluation.reasoning.arithmetic import parse
from trialogue.evaluation.reasoning.math_plans import Term, math_plans, term_of
from trialogue.evaluation.reasoning.plans import (
    Plan,
    Words,
    called,
    currency_word,
    derivation,
    language_of,
    listed,
    question_words,
)
from trialogue.evaluation.reasoning.proof import result_of
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.evaluation.reasoning.sense_plans import proved_pair, sense_plans
from trialogue.evaluation.reasoning.story_facts import Item, items_of
from trialogue.records import Dialogue, ReasoningTask, TaskKind

MOST_OPERATIONS = 40
_WIDTH = 3
_TRIES = 40
_SPARE = 1
Range = tuple[int, int]


def operations_of(task: ReasoningTask) -> int:
    """How many steps the derivation of a task takes; 0 where it has none that can be read."""
    if task.derivation is None or not task.derivation.expression:
        return 0
    try:
        return parse(task.derivation.expression).operations
    except Refused:
        return 0


def harder_plans(
    dialogue: Dialogue,
    wanted: Mapping[TaskKind, int],
    *,
    above: Mapping[TaskKind, int],
    like: Mapping[TaskKind, int],
    before: Sequence[ReasoningTask] = (),
    seed: int,
    path: Sequence[Step] = (),
) -> list[Plan]:
    """Proved plans for so many math tasks and common-sense pairs.

    They take about as many steps as a hard example does (`like`) and more than the easy tasks
    took (`above`), both by kind; where the dialogue does not give that, more than the easy ones,
    else nearly as many, else any. None has the derivation of a task `before`.
    """
    taken = {task.derivation.expression for task in before if task.derivation}
    plans: list[Plan] = []
    for kind, count in wanted.items():
        for low, high in _ranges(above.get(kind, 0), like.get(kind, 0)):
            left = count - sum(plan.kind == kind for plan in plans)
            if left < 1:
                break
            place = (*path, low, high)
            found = _DRAWS[kind](dialogue, left + _SPARE, (low, high), seed, place)
            new = [plan for plan in found if _expressions(plan).isdisjoint(taken)][:left]
            taken |= {expression for plan in new for expression in _expressions(plan)}
            plans += new
    return plans


def _ranges(above: int, like: int) -> Iterator[Range]:
    low = max(above + 1, like)
    yield low, low + _WIDTH
    yield above + 1, MOST_OPERATIONS
    yield max(2, above - _WIDTH), MOST_OPERATIONS
    yield 2, MOST_OPERATIONS


def _expressions(plan: Plan) -> set[str]:
    both = (plan.derivation, plan.other)
    return {derived.expression for derived in both if derived is not None}


def _math(
    dialogue: Dialogue, count: int, operations: Range, seed: int, path: Sequence[Step]
) -> list[Plan]:
    return math_plans(dialogue, count, seed=seed, path=path, operations=operations)


def _sense(
    dialogue: Dialogue, count: int, operations: Range, seed: int, path: Sequence[Step]
) -> list[Plan]:
    """Long sums against an amount that is close, then the usual questions."""
    low, high = operations
    long = long_sums(dialogue, count, operations, seed=seed, path=path)
    if len(long) == count:
        return long
    usual = sense_plans(dialogue, count, seed=seed, path=path)
    return [*long, *(p for p in usual if low <= parse(p.derivation.expression).operations <= high)]


_DRAWS: dict[TaskKind, Callable[[Dialogue, int, Range, int, Sequence[Step]], list[Plan]]] = {
    "math": _math,
    "common_sense": _sense,
}


def long_sums(
    dialogue: Dialogue, count: int, operations: Range, *, seed: int, path: Sequence[Step] = ()
) -> list[Plan]:
    """Up to `count` pairs that ask whether an amount pays for two to four things, some of them
    under a supposition; the amounts are 1 to 4% above and below what they cost."""
    words = question_words(language_of(dialogue))
    random = rng(seed, "long sums", dialogue.id, *path)
    items = [item for item in items_of(dialogue) if item.cost]
    kept: dict[str, Plan] = {}
    for _ in range(_TRIES if len(items) > 1 else 0):
        if len(kept) == count:
            break
        plan = _drawn(items, words, dialogue, operations, random)
        if plan is not None and proved_pair(plan, dialogue):
            kept.setdefault(plan.question, plan)
    return list(kept.values())


def _drawn(
    items: Sequence[Item], words: Words, dialogue: Dialogue, operations: Range, random: Random
) -> Plan | None:
    currency = random.choice(sorted({item.currency for item in items}))
    same = [item for item in items if item.currency == currency]
    if len(same) < 2:
        return None
    chosen = random.sample(same, random.randint(2, min(4, len(same))))
    word = currency_word(currency, chosen, language_of(dialogue))
    terms = [term_of(item, words, word, random, True) for item in chosen]
    total = " + ".join(term.expression for term in terms)
    low, high = operations
    if not low <= parse(total).operations + 1 <= high:
        return None
    try:
        label, _ = result_of(derivation(total, chosen), dialogue, word)
    except Refused:
        return None
    return _asked(terms, Decimal(label), words, word, random)


def _asked(
    terms: Sequence[Term], total: Decimal, words: Words, currency: str, random: Random
) -> Plan | None:
    if total <= 0:
        return None
    items = [term.item for term in terms]
    names = [called(item, words) for item in items]
    template = words["common_sense"]["enough"]
    supposed = words["suppose_and"].join(term.supposed for term in terms if term.supposed)
    head = words["suppose"].format(suppositions=supposed) if supposed else ""
    whole = " + ".join(term.expression for term in terms)
    amounts = _close(total, random)
    first, second = (
        derivation(f'{whole} <= "{amount} {currency}"', items, rule=template["rule"])
        for amount in amounts
    )
    slots = {"n": amounts[0], "currency": currency, "items": listed(names, words)}
    return Plan(
        family="long_sum",
        kind="common_sense",
        question=head + template["ask"].format(**slots),
        derivation=first,
        keep=(*(figure for term in terms for figure in term.keep), amounts[0], *names),
        swap=amounts,
        other=second,
    )


def _close(total: Decimal, random: Random) -> tuple[str, str]:
    """Two amounts of three digits, one above and one below, in either order."""
    step, away = Decimal(10) ** (total.adjusted() - 2), random.randint(1, 4)
    above = (total * (100 + away) / 100 / step).to_integral_value("ROUND_CEILING") * step
    below = (total * (100 - away) / 100 / step).to_integral_value("ROUND_FLOOR") * step
    both = [format(above.normalize(), "f"), format(below.normalize(), "f")]
    random.shuffle(both)
    return both[0], both[1]
