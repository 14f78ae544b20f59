"""Inspect AI: samples that its `json_dataset` reads, and a file that defines the task."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from trialogue.errors import UsageError
from trialogue.evaluation.posed_task import PosedTask
from trialogue.exporters.bundle import Bundle
from trialogue.exporters.exporter import DataFile, Exporter
from trialogue.exporters.json_lines import Row, write_parts
from trialogue.exporters.task_messages import asked

TASK_FILE = "trialogue_tasks.py"


def _sample(posed: PosedTask) -> Row:
    task = posed.task
    about = {"kind": task.kind, "dialogue_id": task.dialogue_id, "language": task.language}
    record = {"task": task.to_line(), "dialogue": posed.dialogue.to_line()}
    return {
        "id": task.id,
        "input": asked(posed),
        "target": task.label,
        "metadata": {**about, "scenario": posed.dialogue.scenario.id, **record},
    }


def _write(bundle: Bundle, folder: Path) -> Sequence[DataFile]:
    written = write_parts(bundle, folder, None, _sample)
    (folder / TASK_FILE).write_text(
        filled("inspect_task.py.j2", split=fullest(bundle), last_answer=last_answer()), "utf-8"
    )
    return written


def fullest(bundle: Bundle) -> str:
    """The split to ask by default: test, or else the last that has tasks.

    Raises UsageError if there are no tasks at all.
    """
    held = [name for name, split in bundle.splits.items() if split.tasks]
    if not held:
        raise UsageError("there are no tasks to export; make some with trialogue tasks RUN")
    return held[-1]


def last_answer() -> str:
    """The source of the functions that read a model's answer."""
    return filled("last_answer.py.j2").strip()


def filled(name: str, **places: str) -> str:
    """A file that comes with the exporters, with its `{{ name }}` places filled."""
    text = (files("trialogue.exporters") / "files" / name).read_text("utf-8")
    for place, value in places.items():
        text = text.replace(f"{{{{ {place} }}}}", value)
    return text


INSPECT = Exporter(
    "inspect",
    "samples for Inspect AI's json_dataset and a file that defines the task",
    _write,
    parts=("tasks",),
)
