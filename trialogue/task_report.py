"""What making tasks came to: counts by kind, status and reason."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from trialogue.agents.caller import Meter
from trialogue.graphs.task_bench import State
from trialogue.records import ReasoningTask, Record, TaskKind, Usage


class TaskReport(Record):
    """What making tasks came to.

    `without` are dialogues on which no task could be made, with the reason; `refused` counts
    rejected tasks by reason, `unsettled` those for a person. `missing` counts answers that
    solvers failed to give.
    """

    folder: str
    dialogues: int
    tasks: tuple[ReasoningTask, ...] = ()
    rejected: int = 0
    refused: dict[str, int] = {}
    unsettled: dict[str, int] = {}
    without: dict[str, str] = {}
    missing: int = 0
    calls: int = 0
    replayed: int = 0
    usage: Usage = Usage()

    def count(self, kind: TaskKind, status: str = "verified") -> int:
        """How many tasks of a kind have a status."""
        return sum(task.kind == kind and task.status == status for task in self.tasks)

    @property
    def yes_share(self) -> float | None:
        """The share of "yes" among verified common-sense tasks; None if there are none."""
        labels = [t.label for t in self.tasks if t.kind == "common_sense" and t.usable]
        return labels.count("yes") / len(labels) if labels else None

    @property
    def accuracy(self) -> float | None:
        """The mean accuracy of the solvers on verified tasks; None where nobody answered."""
        known = [t.accuracy for t in self.tasks if t.usable and t.accuracy is not None]
        return sum(known) / len(known) if known else None


def task_report(folder: Path, states: Sequence[State], meter: Meter) -> TaskReport:
    tasks = [task for state in states for task in state["tasks"]]
    rejected = [task for state in states for task in state["rejected"]]
    waiting = [task for task in tasks if task.status == "needs_review"]
    answers = [answer for task in tasks for answer in task.solvers]
    return TaskReport(
        folder=str(folder),
        dialogues=len(states),
        tasks=tuple(tasks),
        rejected=len(rejected),
        refused=_reasons(rejected),
        unsettled=_reasons(waiting),
        without={s["dialogue"].id: s["failure"] for s in states if s["failure"] and not s["tasks"]},
        missing=sum(answer.answer is None for answer in answers),
        usage=meter.usage,
    )


def _reasons(tasks: Sequence[ReasoningTask]) -> dict[str, int]:
    names = Counter(task.reason.partition(":")[0] for task in tasks)
    return dict(sorted(names.items(), key=lambda item: (-item[1], item[0])))
