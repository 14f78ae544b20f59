"""Whether a derivation is as long as it looks: idle facts, figures from nowhere, short cuts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from trialogue.evaluation.reasoning import quantities
from trialogue.evaluation.reasoning.amounts import figures_in
from trialogue.evaluation.reasoning.arithmetic import Expression
from trialogue.evaluation.reasoning.dates import find_dates
from trialogue.evaluation.reasoning.numbers import plain_number
from trialogue.evaluation.reasoning.quantities import Operand, Quantity
from trialogue.evaluation.reasoning.refusals import Refusal, Refused
from trialogue.evaluation.reasoning.units import DAYS, PURE

FEWEST_OPERATIONS = 2
# Everyone knows these: halves, doubles, days of a week, months, hours, minutes, hundredths.
_EVERYDAY = frozenset(map(Fraction, (0, 1, 2, 7, 12, 24, 52, 60, 100, 365, 1000)))
_OPERATIONS = (
    quantities.added,
    quantities.subtracted,
    quantities.multiplied,
    quantities.divided,
)


def too_few_steps(expression: Expression, facts: Mapping[str, Operand]) -> list[Refusal]:
    """Whether it takes fewer than two operations, or one on two of its figures would do."""
    if expression.operations < FEWEST_OPERATIONS:
        return [Refusal("one_step", f"{expression.source!r} takes a single operation")]
    value = expression.value(facts)
    amounts = [a for a in (*facts.values(), *expression.literals) if isinstance(a, Quantity)]
    if isinstance(value, Quantity) and any(_gives(a, b, value) for a in amounts for b in amounts):
        return [Refusal("one_step", "one operation on two of its figures gives the label")]
    return []


def loose_figures(question: str, expression: Expression) -> list[Refusal]:
    """Amounts of the expression that neither the question nor everyday knowledge gives."""
    for literal in expression.literals:
        if not _everyday(literal) and not _asked(literal, question):
            shown = literal if isinstance(literal, date) else plain_number(literal.value)
            return [
                Refusal("figure_from_nowhere", f"{shown} is neither quoted nor in the question")
            ]
    return []


def matters(name: str, expression: Expression, facts: Mapping[str, Operand]) -> bool:
    """Whether another value of a fact would have changed the answer."""
    before = expression.value(facts)
    for other in _others(facts[name]):
        try:
            if expression.value({**facts, name: other}) != before:
                return True
        except Refused:
            return True
    return False


def _gives(a: Quantity, b: Quantity, value: Quantity) -> bool:
    for operation in _OPERATIONS:
        try:
            result = operation(a, b)
        except Refused:
            continue
        if isinstance(result, Quantity) and abs(result.base) == abs(value.base):
            return True
    return False


def _everyday(literal: Operand) -> bool:
    known = isinstance(literal, Quantity) and literal.unit in (PURE, DAYS)
    return known and isinstance(literal, Quantity) and literal.value in _EVERYDAY


def _asked(literal: Operand, question: str) -> bool:
    """Whether the question gives it; 20% stands there as 20."""
    if isinstance(literal, date):
        found = find_dates(question)
        return any(date.said is not None and date.said.may_be(literal) for date in found)
    value = abs(literal.value)
    return bool(figures_in(question) & {value, value * 100 if literal.unit == PURE else value})


def _others(operand: Operand) -> Sequence[Operand]:
    if isinstance(operand, date):
        return [operand + timedelta(days=days) for days in (-400, -3, 3, 400)]
    values = (operand.value / 1000, operand.value * 1000, operand.value + 1, -operand.value - 7)
    return [replace(operand, value=value) for value in values]
