"""Tasks from what a model proposed: names mended, quotations sought, labels by execution."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from trialogue.agents.seeds import rng
from trialogue.agents.task_writer import ProposedFact, ProposedMath, ProposedPair
from trialogue.evaluation.reasoning.labels import NO, YES, read_label
from trialogue.evaluation.reasoning.plans import language_of
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.records import Derivation, Dialogue, QuotedFact, ReasoningTask

_NO_NAME = re.compile(r"[^a-z0-9_]+")
_SPACE = re.compile(r"\\?\s+")


def math_task(proposed: ProposedMath, dialogue: Dialogue, name: str) -> ReasoningTask:
    """The task that a model proposed, its label as a plain number where it is one.

    Nothing is proved. Raises Refused where it has no question or no label.
    """
    return _task(
        dialogue,
        id=name,
        kind="math",
        question=proposed.question,
        label=_number(proposed.label),
        unit=proposed.unit.strip(),
        derivation=Derivation(
            facts=facts_of(proposed.facts, dialogue), expression=proposed.expression.strip()
        ),
    )


def pair_tasks(proposed: ProposedPair, dialogue: Dialogue, name: str) -> list[ReasoningTask]:
    """Both tasks of a proposed pair; as `math_task`."""
    facts, rule = facts_of(proposed.facts, dialogue), proposed.rule.strip()
    sides = [
        (proposed.question_yes, proposed.expression_yes, YES),
        (proposed.question_no, proposed.expression_no, NO),
    ]
    # Which comes first must not tell the label.
    if rng(0, "sides", name).random() < 0.5:
        sides.reverse()
    return [
        _task(
            dialogue,
            id=f"{name}{letter}",
            kind="common_sense",
            question=question,
            label=label,
            derivation=Derivation(facts=facts, expression=expression.strip(), rule=rule),
            pair=name,
        )
        for letter, (question, expression, label) in zip("ab", sides, strict=True)
    ]


def facts_of(proposed: Sequence[ProposedFact], dialogue: Dialogue) -> tuple[QuotedFact, ...]:
    """Proposed facts as records; Refused for one that cannot be a record.

    A quotation that differs from its turn only in white space is taken as the turn has it.
    """
    return tuple(_facts(proposed, dialogue))


def _facts(proposed: Sequence[ProposedFact], dialogue: Dialogue) -> Iterator[QuotedFact]:
    for fact in proposed:
        text = dialogue.turns[fact.turn].text if 0 <= fact.turn < len(dialogue.turns) else ""
        try:
            yield QuotedFact(
                name=_NO_NAME.sub("_", fact.name.strip().lower()).strip("_"),
                value=fact.value.strip(),
                turn=fact.turn,
                quote=_as_it_stands(fact.quote.strip(), text),
                unit=fact.unit.strip(),
            )
        except ValueError as error:
            raise Refused("no_fact", f"{fact.name!r} at turn {fact.turn} is no fact") from error


def _as_it_stands(quote: str, text: str) -> str:
    if quote in text or not quote:
        return quote
    escaped = re.escape(quote).replace("‹", "[<‹]").replace("›", "[>›]")
    found = re.search(_SPACE.sub(r"\\s+", escaped), text)
    return found[0] if found else quote


def _number(label: str) -> str:
    try:
        return read_label(label, "math")
    except Refused:
        return label.strip()


def _task(dialogue: Dialogue, **given: Any) -> ReasoningTask:
    question = " ".join(given.pop("question").split())
    if not question or not given["label"]:
        raise Refused("no_question", "there is no question or no label")
    return ReasoningTask(
        dialogue_id=dialogue.id, question=question, language=language_of(dialogue), **given
    )
