"""Reasoning tasks from anywhere, and what is told of rows that are none."""

import json
from pathlib import Path
from typing import Any

import pytest
from made_tasks import made_run, math_task, trip, write_run

from trialogue.errors import UsageError
from trialogue.task_sets import read_task_set, standing
from trialogue.task_shapes import label_of


def published(**given: Any) -> dict[str, Any]:
    return {"prob_id": 3, "prob": "How much?", "answer": "2.0",
            "context": "user:Hi\nassistant:Hello"} | given  # fmt: skip


def read(folder: Path, *rows: Any) -> Any:
    file = folder / "set.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return read_task_set(file)


@pytest.mark.parametrize(
    ("answer", "kind", "label"),
    [
        ("2.0", "math", "2"), (2.0, "math", "2"), (9, "math", "9"), ("1,700.50", "math", "1700.5"),
        ("２５００", "math", "2500"), ("five", "math", "5"), ("-3", "math", "-3"),
        (1e3, "math", "1000"),
        ("Yes", "common_sense", "yes"), ("否", "common_sense", "no"),
        (" no. ", "common_sense", "no"),
        (True, "common_sense", "yes"),
    ],
)  # fmt: skip
def test_answers_of_any_type(answer: Any, kind: str, label: str) -> None:
    assert label_of(answer) == (kind, label)


@pytest.mark.parametrize("answer", ["about 5", "maybe", "", None, [1], {"a": 1}, "1.2.3,4"])
def test_answers_that_are_no_label(answer: Any) -> None:
    with pytest.raises(ValueError, match="neither a number nor yes or no"):
        label_of(answer)


def test_published_rows(tmp_path: Path) -> None:
    found = read(
        tmp_path, published(), published(prob_id=4, answer="否", context="用户:好\n客服:好")
    )
    first, second = found.tasks
    assert (first.task.id, first.task.kind, first.task.label, first.answer) == (
        "3", "math", "2", "2.0",
    )  # fmt: skip
    assert [turn.text for turn in first.dialogue.turns] == ["Hi", "Hello"]
    assert (second.task.language, second.task.label) == ("zh", "no")


def test_rows_that_are_no_task_are_told(tmp_path: Path) -> None:
    rows = [published(), published(answer="about 5"), published(prob=7), published(context="?"),
            {"a": 1}, [1], published(answer=None)]  # fmt: skip
    found = read(tmp_path, *rows)
    assert len(found.tasks) == 1
    assert [told.partition("set.jsonl:")[2][0] for told in found.unread] == [*"234567"]
    assert "'about 5' is neither" in found.unread[0]
    with pytest.raises(UsageError, match="holds no task that can be used"):
        read(tmp_path, *rows[1:])


def test_a_task_whose_dialogue_is_missing(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [trip(1)], [math_task(trip(1), 1), math_task(trip(2), 2)])
    found = read_task_set(run)
    assert [posed.task.id for posed in found.tasks] == ["desk-0001-m"]
    assert "there is no dialogue 'desk-0002' beside it" in found.unread[0]
    assert read_task_set(run / "tasks.jsonl").tasks == found.tasks
    alone = tmp_path / "alone.jsonl"
    alone.write_bytes((run / "tasks.jsonl").read_bytes())
    with pytest.raises(UsageError, match="no dialogue"):
        read_task_set(alone)


def test_folders_without_tasks(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"it has no tasks\.jsonl; make some"):
        read_task_set(write_run(tmp_path / "run", [trip(1)]))
    with pytest.raises(UsageError, match="no such file"):
        read_task_set(tmp_path / "nowhere.jsonl")


def test_a_torn_last_line_of_a_run_does_not_count(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run", 2)
    with (run / "tasks.jsonl").open("a") as file:
        file.write('{"schema_version":1,"id":"x"')
    assert len(read_task_set(run).tasks) == 4
    assert read_task_set(run).unread == ()


def test_what_stands(tmp_path: Path) -> None:
    on = trip(1)
    run = write_run(tmp_path / "run", [on], [
        math_task(on, 1, id="a"), math_task(on, 1, id="b", replaces="a"),
        math_task(on, 1, id="c", replaces="b", status="needs_review"),
        math_task(on, 1, id="d", status="rejected"),
    ])  # fmt: skip
    assert [posed.task.id for posed in standing(read_task_set(run).tasks)] == ["b"]


def test_the_published_files() -> None:
    folder = Path(__file__).parents[2] / "shared" / "data" / "realreasoning"
    if not folder.exists():
        pytest.skip("../shared/data/realreasoning is not here")
    for file in sorted(folder.glob("*.jsonl")):
        found = read_task_set(file)
        assert (len(found.tasks), found.unread) == (500, ())
        assert sum(posed.task.kind == "common_sense" for posed in found.tasks) == 197
