"""Table 3 from given answers: accuracy by kind, readings, baselines, what nobody solved."""

from typing import Any

import pytest
from made_dialogues import dialogue
from made_tasks import math_task, trip, yes_no_task

from trialogue.evaluation.benchmark import Read, TaskAnswer, accuracy_rows, unsolved
from trialogue.evaluation.posed_task import PosedTask
from trialogue.evaluation.reasoning.baselines import baseline_marks
from trialogue.evaluation.report.benchmark import accuracy_table
from trialogue.records import Usage

ON = [trip(number) for number in range(4)]
TASKS = [
    *(PosedTask(math_task(on, n), on) for n, on in enumerate(ON)),
    *(PosedTask(yes_no_task(on, "no" if n == 3 else "yes"), on) for n, on in enumerate(ON)),
]


def said(posed: PosedTask, strict: bool | None, lenient: bool | None, **given: Any) -> TaskAnswer:
    def read(correct: bool | None) -> Read | None:
        if correct is None:
            return None
        return Read(answer=posed.task.label if correct else "", correct=correct)

    usual: dict[str, Any] = {
        "task_id": posed.task.id,
        "dialogue_id": posed.task.dialogue_id,
        "kind": posed.task.kind,
        "language": "en",
        "label": posed.task.label,
        "model": "openai:a",
        "asked": "direct",
        "strict": read(strict),
        "lenient": read(lenient),
        "usage": Usage(calls=1, input_tokens=10, output_tokens=2, cost=0.5),
    }
    return TaskAnswer(**(usual | given))


def answers() -> list[TaskAnswer]:
    marks = [(True, True), (False, True), (False, False), (None, None)]
    return [said(posed, *marks[place % 4]) for place, posed in enumerate(TASKS)]


def test_rows_by_kind_and_reading() -> None:
    strict, lenient, *baselines = accuracy_rows(TASKS, {("openai:a", "direct"): answers()})
    assert (strict.read, lenient.read) == ("strict", "lenient")
    assert strict.math.value == strict.common_sense.value == pytest.approx(1 / 3)
    assert lenient.all.value == pytest.approx(4 / 6)
    assert (strict.all.n, strict.all.missing, strict.unreadable) == (6, 2, 4)
    assert strict.usage == Usage(calls=8, input_tokens=80, output_tokens=16, cost=4.0)
    assert [row.model for row in baselines] == [
        "majority class", "copy the last number", "copy the largest number", "copy any number",
    ]  # fmt: skip


def test_the_majority_class_is_of_each_kind() -> None:
    *_, majority = [r for r in accuracy_rows(TASKS, {}) if r.model == "majority class"]
    assert (majority.math.value, majority.common_sense.value) == (0.25, 0.75)
    assert majority.all.value == 0.5


def test_copying_a_number() -> None:
    on = dialogue("I paid 12 euros, then 40 euros.", "That makes 9 euros for you.")
    tasks = [
        PosedTask(math_task(trip(1), 1, label=label, dialogue_id=on.id), on)
        for label in ("9", "40", "12.0", "41")
    ]
    marks = baseline_marks(tasks)
    assert marks["copy the last number"] == [1, 0, 0, 0]
    assert marks["copy the largest number"] == [0, 1, 0, 0]
    assert marks["copy any number"] == [pytest.approx(1 / 3)] * 3 + [0]


def test_copying_has_no_answer_where_nothing_is_said_and_to_yes_or_no() -> None:
    on = dialogue("I paid it.", "Good.")
    tasks = [PosedTask(math_task(trip(1), 1), on), PosedTask(yes_no_task(on, "yes"), on)]
    assert baseline_marks(tasks)["copy the last number"] == [0.0, None]
    copied = next(row for row in accuracy_rows(tasks, {}) if row.model == "copy any number")
    assert (copied.math.value, copied.common_sense.value, copied.all.value) == (0, None, None)


def test_of_one_kind_alone_all_is_that_kind() -> None:
    for row in accuracy_rows(TASKS[:4], {}):
        assert row.all.value == row.math.value
        assert row.common_sense.value is None


def test_what_nobody_solved() -> None:
    given = {("openai:a", "direct"): answers(), ("openai:b", "direct"): answers()}
    found = list(unsolved(TASKS, given))  # type: ignore[arg-type]
    assert [one.task_id for one in found] == [TASKS[2].task.id, TASKS[6].task.id]
    assert found[0].answers == ("?",)


def test_the_table_for_people() -> None:
    from trialogue.evaluation.benchmark import Benchmark

    rows = accuracy_rows(TASKS, {("openai:a", "direct"): answers()})
    found = Benchmark(name="x", folder="x", tasks=8, dialogues=4, kinds={}, rows=rows)
    first, *_, last = accuracy_table(found).rows
    assert first[:3] == ("openai:a", "direct", "strict")
    assert first[-4:] == (4, 2, 12, 4.0)
    assert last[-4:] == (None,) * 4
    with pytest.raises(LookupError):
        found.row("openai:b", "direct", "strict")
