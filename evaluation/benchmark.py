"""Table 3 of paper R: how often models answer reasoning tasks rightly, and what takes no model."""

from collections.abc import Iterator, Mapping, Sequence

from trialogue.evaluation.posed_task import PosedTask
from trialogue.evaluation.proportions import proportion
from trialogue.evaluation.reasoning.baselines import baseline_marks
from trialogue.evaluation.statistics import Estimate
from trialogue.records import Record, TaskKind, Usage
from trialogue.records.task import Asked

READINGS = ("strict", "lenient")


class Read(Record):
    """An answer as it was read: "" where it cannot be read, which is wrong."""

    answer: str
    correct: bool


class TaskAnswer(Record):
    """What a model answered to a task, read strictly and leniently; None where it failed.

    `text` is its answer word for word. A model that fails is missing, not wrong.
    """

    task_id: str
    dialogue_id: str
    kind: TaskKind
    language: str
    label: str
    model: str
    asked: Asked
    text: str | None = None
    strict: Read | None = None
    lenient: Read | None = None
    usage: Usage = Usage()


class AccuracyRow(Record):
    """A row of the table: the share of right answers by kind and in all.

    `asked` is empty for baselines, and so is `read`. `unreadable` counts answers that hold no
    label in this reading; they are wrong. What is missing is counted in the estimates. `usage` is
    of all answers, the same in both readings.
    """

    model: str
    asked: Asked | None = None
    read: str = ""
    math: Estimate
    common_sense: Estimate
    all: Estimate
    unreadable: int = 0
    usage: Usage | None = None


class Unsolved(Record):
    """A task that nobody answered rightly, however it was asked and read, with their answers."""

    task_id: str
    kind: TaskKind
    question: str
    label: str
    answers: tuple[str, ...]


class Benchmark(Record):
    """What a benchmark came to.

    `left_out` counts tasks whose label does not stand, `unread` tells rows that are no task.
    `calls` were made now, `replayed` came from the journal.
    """

    name: str
    folder: str
    tasks: int
    dialogues: int
    kinds: dict[str, int]
    seed: int = 0
    of: int = 0
    left_out: int = 0
    unread: tuple[str, ...] = ()
    rows: tuple[AccuracyRow, ...] = ()
    unsolved: tuple[Unsolved, ...] = ()
    calls: int = 0
    replayed: int = 0
    answers: str = ""
    report: str = ""

    def row(self, model: str, asked: Asked | None = None, read: str = "") -> AccuracyRow:
        """The row of a model or baseline. Raises LookupError if there is none."""
        for row in self.rows:
            if (row.model, row.asked, row.read) == (model, asked, read):
                return row
        raise LookupError(f"no row {model} {asked} {read}")


def accuracy_rows(
    tasks: Sequence[PosedTask], answers: Mapping[tuple[str, Asked], Sequence[TaskAnswer]]
) -> tuple[AccuracyRow, ...]:
    """The table: a row for each model, way of asking and reading, then the baselines.

    `answers` are by model and way of asking, in the order of the tasks.
    """
    rows = [
        _row(tasks, found, model, asked, read)
        for (model, asked), found in answers.items()
        for read in READINGS
    ]
    rows += [
        AccuracyRow(model=name, math=math, common_sense=sense, all=whole)
        for name, marks in baseline_marks(tasks).items()
        for math, sense, whole in [_estimates(tasks, marks)]
    ]
    return tuple(rows)


def _row(
    tasks: Sequence[PosedTask],
    answers: Sequence[TaskAnswer],
    model: str,
    asked: Asked,
    read: str,
) -> AccuracyRow:
    readings: list[Read | None] = [getattr(answer, read) for answer in answers]
    marks = [None if one is None else float(one.correct) for one in readings]
    math, sense, whole = _estimates(tasks, marks)
    return AccuracyRow(
        model=model,
        asked=asked,
        read=read,
        unreadable=sum(one is not None and not one.answer for one in readings),
        math=math,
        common_sense=sense,
        all=whole,
        usage=_sum(answers),
    )


def _estimates(
    tasks: Sequence[PosedTask], marks: Sequence[float | None]
) -> tuple[Estimate, Estimate, Estimate]:
    """Math, common sense, and all; without an answer to a kind there is none for all."""

    def of(*kinds: TaskKind) -> Estimate:
        pairs = [(m, t) for m, t in zip(marks, tasks, strict=True) if t.task.kind in kinds]
        return proportion([m for m, _ in pairs], [t.task.dialogue_id for _, t in pairs])

    math, sense, whole = of("math"), of("common_sense"), of("math", "common_sense")
    if any(one.value is None and one.missing for one in (math, sense)):
        whole = Estimate(value=None, n=whole.n, missing=whole.missing)
    return math, sense, whole


def _sum(answers: Sequence[TaskAnswer]) -> Usage:
    costs = [answer.usage.cost for answer in answers if answer.usage.cost is not None]
    return Usage(
        calls=sum(answer.usage.calls for answer in answers),
        input_tokens=sum(answer.usage.input_tokens for answer in answers),
        output_tokens=sum(answer.usage.output_tokens for answer in answers),
        cost=sum(costs) if costs else None,
    )


def unsolved(
    tasks: Sequence[PosedTask], answers: Mapping[tuple[str, Asked], Sequence[TaskAnswer]]
) -> Iterator[Unsolved]:
    """The tasks that nobody answered rightly although somebody answered."""
    for place, posed in enumerate(tasks):
        found = [given[place] for given in answers.values()]
        readings = [read for one in found for read in (one.strict, one.lenient) if read]
        if readings and not any(read.correct for read in readings):
            said = [one.lenient.answer or "?" for one in found if one.lenient]
            yield Unsolved(
                task_id=posed.task.id,
                kind=posed.task.kind,
                question=posed.task.question,
                label=posed.task.label,
                answers=tuple(dict.fromkeys(said)),
            )
