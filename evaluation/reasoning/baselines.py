"""Answers that take no reasoning: always the same, or a number copied from the dialogue."""

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction

from trialogue.evaluation.posed_task import PosedTask
from trialogue.evaluation.reasoning.amounts import find_amounts
from trialogue.evaluation.reasoning.numbers import number_of

Marks = list[float | None]
"""One mark from 0 to 1 for every task; None where the baseline has no answer to the kind."""


def baseline_marks(tasks: Sequence[PosedTask]) -> dict[str, Marks]:
    """The marks of every baseline by its name.

    The majority class is the most frequent label of the kind in these very tasks. Copying answers
    math tasks alone: with the last or the largest number that the dialogue says, or with one
    drawn from all of them, which earns its chance of being the label.
    """
    return {
        "majority class": _majority(tasks),
        "copy the last number": [_copied(posed, lambda said: said[-1:]) for posed in tasks],
        "copy the largest number": [_copied(posed, _largest) for posed in tasks],
        "copy any number": [_copied(posed, lambda said: said) for posed in tasks],
    }


def _majority(tasks: Sequence[PosedTask]) -> Marks:
    counts: dict[str, Counter[str]] = {}
    for posed in tasks:
        counts.setdefault(posed.task.kind, Counter())[posed.task.label] += 1
    # Of labels that are equally frequent the first in order, so that the file's order is no matter.
    best = {
        kind: min(found, key=lambda label: (-found[label], label)) for kind, found in counts.items()
    }
    return [float(posed.task.label == best[posed.task.kind]) for posed in tasks]


def _copied(
    posed: PosedTask, choose: Callable[[Sequence[Fraction]], Sequence[Fraction]]
) -> float | None:
    if posed.task.kind != "math":
        return None
    said = [amount.value for turn in posed.dialogue.turns for amount in find_amounts(turn.text)]
    chosen = choose(said)
    label = number_of(posed.task.label)
    return sum(value == label for value in chosen) / len(chosen) if chosen else 0.0


def _largest(said: Sequence[Fraction]) -> Sequence[Fraction]:
    return [max(said)] if said else []
