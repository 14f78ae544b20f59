"""What there is to export: the dialogues and tasks of a run folder or file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from trialogue.data_folders import data_files
from trialogue.dialogue_files import read_dialogues
from trialogue.errors import UsageError
from trialogue.evaluation.posed_task import PosedTask
from trialogue.exporters import SPLITS, Bundle, Split
from trialogue.records import Dialogue
from trialogue.run_folder import SETTINGS
from trialogue.saved_run import SavedRun
from trialogue.task_sets import read_task_set, standing


class Material(NamedTuple):
    """Dialogues, tasks whose label stands, the number of other tasks, and the run's settings."""

    dialogues: Sequence[Dialogue]
    tasks: Sequence[PosedTask]
    left_out: int
    settings: Mapping[str, Any]


def read_material(path: Path) -> Material:
    """What a run folder or a file of dialogues or tasks holds; failed dialogues are left out.

    Raises UsageError if there is no dialogue.
    """
    settings = SavedRun(path).settings if (path / SETTINGS).is_file() else {}
    tasks = _tasks(path)
    stand = standing(tasks)
    left_out = len(tasks) - len(stand)
    if tasks and not (path.is_dir() and data_files(path, "dialogues")):
        known = {posed.dialogue.id: posed.dialogue for posed in tasks}
        return Material([*known.values()], stand, left_out, settings)
    dialogues = [d for d in read_dialogues(path) if d.stop_reason != "failed"]
    return Material(dialogues, stand, left_out, settings)


def _tasks(path: Path) -> Sequence[PosedTask]:
    """The tasks there; none for a folder or a file that holds dialogues alone."""
    if path.is_dir():
        return read_task_set(path).tasks if data_files(path, "tasks") else ()
    try:
        return read_task_set(path).tasks
    except UsageError:
        return ()


def bundled(material: Material, names: Mapping[str, str]) -> Bundle:
    """Dialogues and their tasks by split, `names` being the split of each dialogue by id."""
    return Bundle(
        {
            name: Split(
                [d for d in material.dialogues if names[d.id] == name],
                [t for t in material.tasks if names.get(t.dialogue.id) == name],
            )
            for name in SPLITS
        }
    )


def title_of(material: Material, path: Path) -> str:
    """A title: the scenario\'s name, or the folder\'s where there are several."""
    names = {dialogue.scenario.name for dialogue in material.dialogues}
    [name] = names if len(names) == 1 else {path.resolve().name}
    return f"Trialogue: {name}"
