"""Reads reasoning tasks with their dialogues: ours, exported ones, the published RealReasoning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from trialogue.data_folders import data_files
from trialogue.dialogue_files import Unread, Value, read_each, read_values
from trialogue.errors import UsageError
from trialogue.evaluation.posed_task import PosedTask
from trialogue.records import Dialogue
from trialogue.reviews import Reviews, read_reviews, reviewed
from trialogue.task_shapes import posed_task_of

TASKS = "tasks.jsonl"


@dataclass(frozen=True)
class TaskSet:
    """Tasks in the order of their file, and what could not be used, as `file:line: why`."""

    name: str
    tasks: tuple[PosedTask, ...]
    unread: tuple[str, ...] = ()


def read_task_set(path: Path | str, *, reviews: bool = True, run: Path | None = None) -> TaskSet:
    """The tasks of a run folder, an export's folder, or a file of tasks in a format that is known.

    A file of ours needs its `dialogues.jsonl` beside it, or in the folder `run`; where reviews lie
    there they count, unless `reviews` is false. Raises UsageError if nothing can be used.
    """
    path = Path(path)
    if path.is_dir() and not data_files(path, "tasks"):
        raise UsageError(f"{path}: it has no {TASKS}; make some with trialogue tasks")
    beside = _Beside(run or (path if path.is_dir() else path.parent))
    tasks: list[PosedTask] = []
    unread: list[str] = []
    for found in read_values(path, part="tasks"):
        read = found if isinstance(found, Unread) else _read(found, beside, reviews)
        if isinstance(read, Unread):
            unread.append(f"{read.where}: {read.why}")
        else:
            tasks.append(read)
    if not tasks:
        raise UsageError(f"{path}: holds no task that can be used; {unread[0]}")
    return TaskSet(path.name or path.resolve().name, tuple(tasks), tuple(unread))


@dataclass(frozen=True)
class _Beside:
    """What lies in the folder of a file of tasks, read when it is needed."""

    folder: Path

    @cached_property
    def dialogues(self) -> Mapping[str, Dialogue]:
        """By id; of several with one id the first."""
        if not data_files(self.folder, "dialogues"):
            return {}
        read = [one for one in read_each(self.folder) if isinstance(one, Dialogue)]
        return {dialogue.id: dialogue for dialogue in reversed(read)}

    @cached_property
    def reviews(self) -> Reviews:
        """By task."""
        return read_reviews(self.folder)


def _read(found: Value, beside: _Beside, reviews: bool) -> PosedTask | Unread:
    try:
        posed = posed_task_of(found.value, found.name, lambda name: beside.dialogues.get(name))
    except ValueError as error:
        return Unread(found.where, " ".join(str(error).split()))
    given = beside.reviews.get(posed.task.id, ()) if reviews else ()
    decided = reviewed(posed.task, given)
    return posed if decided is posed.task else PosedTask(decided, posed.dialogue, decided.label)


def standing(tasks: Sequence[PosedTask]) -> list[PosedTask]:
    """The tasks whose label stands and that no later task took the place of (R §4.3)."""
    usable = [posed for posed in tasks if posed.task.usable]
    replaced = {posed.task.replaces for posed in usable}
    return [posed for posed in usable if posed.task.id not in replaced]
