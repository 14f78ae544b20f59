"""Whether a derivation is as long as it looks: idle facts, figures from nowhere, short cuts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from trialogue.evaluation.reasoning import quantities
from trialogue.evaluation.reasoning.amounts import figures_in
from trialogue.evaluation.reasoning.arithmetic import Expression
from trialogue.evaluation.reasoning.dates import find_dates
from trialogue.evaluation.reasoning.numbers import plain_number
from trialogue.evaluation.reasoning.quantities import Operand, Quantity
from trialogue.evaluation.reasoning.refusals import Refusal, Refused
from trialogue.evaluation.reasoning.units import DAYS, PURE, is_said

FEWEST_OPERATIONS = 2
# What everyone knows, with the words that call for it.
_EVERYDAY: Mapping[int, str] = {
    0: "",
    1: "",
    2: r"half|halves|twice|double|both|average|return|round.trip|there and back|pair|couple"
    r"|两|半|倍|平均|往返|来回|各",
    7: r"week|day|周|星期|天|日",
    12: r"month|year|dozen|月|年|打",
    24: r"hour|day|小时|天|日",
    52: r"week|year|周|星期|年",
    60: r"minute|hour|second|分钟|小时|秒",
    100: r"%|percent|per cent|hundredth|cent|百分|厘米",
    365: r"year|day|年|天|日",
    1000: r"kilo|km|kg|gram|ton|thousand|metre|meter|litre|千|公里|公斤|克|吨|米|升",
}
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


def loose_figures(question: str, told: str, expression: Expression) -> list[Refusal]:
    """Amounts of the expression that neither the question nor everyday knowledge gives.

    `told` are the words of question and quotations: that a week has 7 days is of use where weeks
    or days are spoken of.
    """
    for literal in expression.literals:
        if not _everyday(literal, told) and not _asked(literal, question):
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


def _everyday(literal: Operand, told: str) -> bool:
    if not isinstance(literal, Quantity) or literal.unit not in (PURE, DAYS):
        return False
    if literal.value.denominator != 1 or int(literal.value) not in _EVERYDAY:
        return False
    return re.search(_EVERYDAY[int(literal.value)], told, re.IGNORECASE) is not None


def _asked(literal: Operand, question: str) -> bool:
    """Whether the question gives it; 20% stands there as 20."""
    if isinstance(literal, date):
        found = find_dates(question)
        return any(date.said is not None and date.said.may_be(literal) for date in found)
    if any(not is_said(base, question) for base, _ in literal.unit.powers):
        return False
    value = abs(literal.value)
    return bool(figures_in(question) & {value, value * 100 if literal.unit == PURE else value})


def _others(operand: Operand) -> Sequence[Operand]:
    if isinstance(operand, date):
        return [operand + timedelta(days=days) for days in (-400, -3, 3, 400)]
    values = (operand.value / 1000, operand.value * 1000, operand.value + 1, -operand.value - 7)
    return [replace(operand, value=value) for value in values]
