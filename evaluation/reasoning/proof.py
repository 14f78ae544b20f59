"""Proves a task: quotations verbatim, the expression exact, the label nowhere to be copied."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from trialogue.evaluation.reasoning.arithmetic import Expression, parse
from trialogue.evaluation.reasoning.labels import NO, YES, read_label, same_label, stands_in
from trialogue.evaluation.reasoning.numbers import plain_number
from trialogue.evaluation.reasoning.quantities import Operand
from trialogue.evaluation.reasoning.question import question_refusals
from trialogue.evaluation.reasoning.quotations import (
    check_years,
    corrected,
    quoted_operand,
    quoted_place,
    quoted_turn,
)
from trialogue.evaluation.reasoning.refusals import Refusal, Refused
from trialogue.evaluation.reasoning.shortcuts import loose_figures, matters, too_few_steps
from trialogue.evaluation.reasoning.units import PURE, parse_unit
from trialogue.evaluation.reasoning.wording import bound, contradicted, said_twice
from trialogue.records import Derivation, Dialogue, QuotedFact, ReasoningTask, Turn


class Proof(NamedTuple):
    """What a proof came to: the label it gives, its unit and operations, and what is wrong.

    `faults` refuse the task, `doubts` are for a person to settle.
    """

    label: str = ""
    unit: str = ""
    operations: int = 0
    faults: tuple[Refusal, ...] = ()
    doubts: tuple[Refusal, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the label is proved."""
        return bool(self.label) and not self.faults and not self.doubts


def prove(task: ReasoningTask, dialogue: Dialogue) -> Proof:
    """Check a task against its dialogue (METHOD §5); nothing is raised.

    A math task holds if every quotation stands in its turn and says its value, the expression
    gives the label exactly in two or more operations that no single one replaces, every fact
    matters, and the label stands neither in the dialogue nor in the question. A common-sense task
    holds if its premises are quoted, a rule joins them, and its comparison, where it has one,
    gives the label; whether solvers agree is asked elsewhere.
    """
    if task.derivation is None or not task.derivation.facts:
        return Proof(faults=(Refusal("no_derivation", "there are no quoted facts"),))
    try:
        if task.kind == "common_sense" and not task.derivation.expression:
            return _proof_in_words(task, dialogue)
        facts = operands(task.derivation, dialogue)
        expression = parse(task.derivation.expression)
        _check_days(task, dialogue, expression)
        value = expression.value(facts)
        found = _compared(task, value) if isinstance(value, bool) else _math(task, value)
        faults = _faults(task, dialogue, expression, facts)
    except Refused as error:
        return Proof(faults=(error.refusal,))
    return found._replace(
        operations=expression.operations,
        faults=(*found.faults, *faults),
        doubts=_doubts(task.derivation, dialogue),
    )


def operands(derivation: Derivation, dialogue: Dialogue) -> dict[str, Operand]:
    """What the facts of a derivation stand for, by name.

    Raises Refused for a quotation that does not hold, and for one name with two values.
    """
    found: dict[str, Operand] = {}
    for fact in derivation.facts:
        operand = quoted_operand(fact, dialogue.turns)
        if found.setdefault(fact.name, operand) != operand:
            raise Refused("contradicting_facts", f"{fact.name} has two values")
    check_years(
        [(d, f.quote) for f in derivation.facts if isinstance(d := found[f.name], date)], dialogue
    )
    return found


def _check_days(task: ReasoningTask, dialogue: Dialogue, expression: Expression) -> None:
    """As `check_years`, with the dates that only the question says."""
    assert task.derivation is not None
    asked = [(day, task.question) for day in expression.literals if isinstance(day, date)]
    quoted = [
        (day, fact.quote)
        for fact in task.derivation.facts
        if fact.name in expression.names
        if isinstance(day := quoted_operand(fact, dialogue.turns), date)
    ]
    check_years([*asked, *quoted], dialogue)


def result_of(derivation: Derivation, dialogue: Dialogue, unit: str = "") -> tuple[str, str]:
    """The label that a derivation gives, and its unit; "yes" or "no" for a comparison.

    Raises Refused where it gives none.
    """
    value = parse(derivation.expression).value(operands(derivation, dialogue))
    if isinstance(value, bool):
        return (YES if value else NO), ""
    return _number(value, unit or _unit_of(derivation, value))


def _math(task: ReasoningTask, value: Operand) -> Proof:
    if task.kind != "math":
        raise Refused("no_comparison", "a yes or no needs a comparison")
    assert task.derivation is not None
    label, unit = _number(value, task.unit or _unit_of(task.derivation, value))
    return Proof(label, unit, faults=_wrong(task, label))


def _compared(task: ReasoningTask, value: bool) -> Proof:
    if task.kind != "common_sense":
        raise Refused("no_number", "a comparison gives no number")
    label = YES if value else NO
    return Proof(label, faults=_wrong(task, label))


def _wrong(task: ReasoningTask, label: str) -> tuple[Refusal, ...]:
    if same_label(task.label, label, task.kind):
        return ()
    return (Refusal("wrong_label", f"the derivation gives {label}, not {task.label[:40]!r}"),)


def _number(value: Operand, unit: str) -> tuple[str, str]:
    """An amount in a unit by name. Raises Refused for dates and other units."""
    if isinstance(value, date):
        raise Refused("no_number", "the expression gives a date, not a number")
    wanted, scale = parse_unit(unit)
    if wanted != value.unit:
        raise Refused("other_unit", f"the expression gives {value.unit}, not {unit or 'a number'}")
    return plain_number(value.base / scale), unit


def _unit_of(derivation: Derivation, value: Operand) -> str:
    """The unit as the facts call it, else as it is written."""
    if isinstance(value, date) or value.unit == PURE:
        return ""
    named = [fact.unit for fact in derivation.facts if fact.unit]
    return next((n for n in named if parse_unit(n)[0] == value.unit), str(value.unit))


def _faults(
    task: ReasoningTask,
    dialogue: Dialogue,
    expression: Expression,
    facts: Mapping[str, Operand],
) -> tuple[Refusal, ...]:
    used = {name: facts[name] for name in expression.names}
    assert task.derivation is not None
    quoted = [(f, quoted_place(f, dialogue.turns)) for f in task.derivation.facts]
    twice = said_twice([(f, place) for f, place in quoted if place and f.name in used])
    told = " ".join([task.question, *(fact.quote for fact in task.derivation.facts)])
    faults = [*question_refusals(task), *loose_figures(task.question, told, expression)]
    faults += [twice] if twice else []
    if idle := [name for name in used if not matters(name, expression, used)]:
        faults.append(Refusal("idle_fact", f"{idle[0]} does not change the answer"))
    if task.kind == "math":
        faults += too_few_steps(expression, used)
        if stands_in(task.label, (turn.text for turn in dialogue.turns)):
            faults.append(Refusal("copyable", f"{task.label} stands in the dialogue"))
    return tuple(faults)


def _proof_in_words(task: ReasoningTask, dialogue: Dialogue) -> Proof:
    """Premises without a comparison: only whether they are quoted can be checked."""
    assert task.derivation is not None
    for fact in task.derivation.facts:
        if fact.value:
            quoted_operand(fact, dialogue.turns)
        else:
            quoted_turn(fact, dialogue.turns)
    faults = list(question_refusals(task))
    if not task.derivation.rule.strip():
        faults.append(Refusal("no_rule", "nothing says how the premises are joined"))
    label = read_label(task.label, task.kind)
    return Proof(label, faults=tuple(faults), doubts=_doubts(task.derivation, dialogue))


def _doubts(derivation: Derivation, dialogue: Dialogue) -> tuple[Refusal, ...]:
    return tuple(
        doubt
        for fact in derivation.facts
        if _is_number(fact)
        for doubt in _doubts_of(fact, dialogue.turns)
    )


def _doubts_of(fact: QuotedFact, turns: Sequence[Turn]) -> Iterator[Refusal]:
    if corrected(fact, turns):
        why = f"{fact.name}: a later turn seems to take {fact.value} back"
        yield Refusal("corrected_later", why)
    if other := contradicted(fact, turns):
        yield Refusal("contradicted", f"{fact.name}: {fact.value} here, {other} elsewhere")
    if bound(fact, turns):
        yield Refusal("bound", f"{fact.name}: {fact.value} is told as a limit")


def _is_number(fact: QuotedFact) -> bool:
    return bool(fact.value) and "-" not in fact.value[1:]
