"""Recognises a reasoning task by what it looks like: a record of ours, or one from elsewhere."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from trialogue.dialogue_shapes import dialogue_of
from trialogue.evaluation.posed_task import PosedTask
from trialogue.evaluation.reasoning.labels import read_label
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.plain_json import read_json
from trialogue.records import Dialogue, ReasoningTask, TaskKind
from trialogue.turn_shapes import has
from trialogue.yaml_files import told

EXPECTED = (
    "expected a task of a run, a row of an export, or prob, answer and context as the published "
    "RealReasoning files have them"
)
_KINDS: tuple[TaskKind, ...] = ("common_sense", "math")
_KEPT = (("record", "dialogue"), ("task", "dialogue"))
_QUESTION, _ANSWER = ("prob", "question"), ("answer", "label")


def posed_task_of(value: Any, name: str, dialogue: Callable[[str], Dialogue | None]) -> PosedTask:
    """The task that a JSON value holds, with its dialogue; `name` is its id where it has none.

    `dialogue` finds the dialogue of a task of ours by id. Raises ValueError in one line.
    """
    if has(value, "schema_version", "dialogue_id"):
        task = _record(value)
        found = dialogue(task.dialogue_id)
        if found is None:
            raise ValueError(f"there is no dialogue {task.dialogue_id[:80]!r} beside it")
        return PosedTask(task, found, task.label)
    inner = value["metadata"] if has(value, "metadata") else value
    for record, context in _KEPT:
        if has(inner, record, context) and isinstance(inner[record], str):
            task = _record(read_json(inner[record]))
            return PosedTask(task, dialogue_of(read_json(inner[context]), name), task.label)
    return _foreign(value, name)


def label_of(answer: Any) -> tuple[TaskKind, str]:
    """The kind and label that an answer of any JSON type stands for.

    Raises ValueError if it is neither a number nor yes or no.
    """
    for kind in _KINDS if isinstance(answer, str | int | float) else ():
        try:
            return kind, read_label(str(answer), kind)
        except Refused:
            continue
    raise ValueError(f"the answer {str(answer)[:40]!r} is neither a number nor yes or no")


def _record(value: Any) -> ReasoningTask:
    try:
        return ReasoningTask.model_validate(value)
    except ValidationError as error:
        raise ValueError(told(error.errors()[0], ReasoningTask)) from error


def _foreign(value: Any, name: str) -> PosedTask:
    asked = next((value[key] for key in _QUESTION if has(value, key)), None)
    answer = next((value[key] for key in _ANSWER if has(value, key)), None)
    if asked is None or answer is None:
        raise ValueError(EXPECTED)
    if not isinstance(asked, str) or not asked.strip():
        raise ValueError("the question is no text")
    dialogue = dialogue_of(value, name)
    kind, label = label_of(answer)
    task = ReasoningTask(
        id=dialogue.id,
        dialogue_id=dialogue.id,
        kind=kind,
        question=asked.strip(),
        label=label,
        status="accepted",
        language=dialogue.scenario.language,
    )
    return PosedTask(task, dialogue, answer)
