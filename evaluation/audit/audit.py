"""All checks of a set of reasoning tasks, in the order in which they are told."""

from collections import Counter
from collections.abc import Sequence

from trialogue.evaluation.audit.answers import answer_types, unread_rows
from trialogue.evaluation.audit.balance import class_balance, commonest_number
from trialogue.evaluation.audit.check import Check
from trialogue.evaluation.audit.copying import labels_in_question, one_operation, verbatim_labels
from trialogue.evaluation.audit.derivations import contradicted_labels
from trialogue.evaluation.audit.order import order
from trialogue.evaluation.audit.question_only import nearest_question, question_only
from trialogue.evaluation.audit.repetition import (
    differing_labels,
    repeated_dialogues,
    repeated_questions,
)
from trialogue.evaluation.posed_task import PosedTask
from trialogue.records import Record


class Audit(Record):
    """What was looked for in a set, and what was found; `left_out` tasks were not looked at."""

    name: str
    tasks: int
    kinds: dict[str, int]
    checks: tuple[Check, ...]
    left_out: int = 0

    @property
    def faults(self) -> list[Check]:
        """The checks that found something."""
        return [check for check in self.checks if check.state == "fault"]


def audit_tasks(
    name: str,
    tasks: Sequence[PosedTask],
    unread: Sequence[str] = (),
    *,
    left_out: int = 0,
    seed: int = 0,
) -> Audit:
    """Look at tasks in the order of their file; `unread` are its rows that are no task.

    Every test that draws is seeded; the same tasks give the same audit.
    """
    return Audit(
        name=name,
        tasks=len(tasks),
        kinds=dict(sorted(Counter(posed.task.kind for posed in tasks).items())),
        left_out=left_out,
        checks=(
            verbatim_labels(tasks, seed),
            labels_in_question(tasks),
            one_operation(tasks, seed),
            contradicted_labels(tasks),
            differing_labels(tasks),
            class_balance(tasks),
            commonest_number(tasks),
            question_only(tasks, seed),
            nearest_question(tasks, seed),
            repeated_questions(tasks),
            repeated_dialogues(tasks),
            order(tasks),
            answer_types(tasks),
            unread_rows(unread, len(tasks)),
        ),
    )
