"""The tasks of a run and what people said of them, as they grow."""

import threading
from collections.abc import Sequence
from pathlib import Path

from trialogue.evaluation.posed_task import PosedTask
from trialogue.records import Dialogue, ReasoningTask, ScenarioRef, UserProfile
from trialogue.reviewing import Clock, ReviewDesk, ReviewItem, now
from trialogue.task_sets import TASKS
from trialogue.viewer.grown_file import GrownFile


class TaskList:
    """Tasks in the order of their file; threads may use it at once.

    Their dialogues are not read: a page shows one at a time.
    """

    def __init__(self, folder: Path, clock: Clock = now) -> None:
        self.unread: list[str] = []
        self._folder, self._clock = folder, clock
        self._file = GrownFile(folder / TASKS)
        self._lock = threading.Lock()
        self._tasks: list[ReasoningTask] = []
        self._of: dict[str, list[int]] = {}
        self._desk: ReviewDesk | None = None

    def __len__(self) -> int:
        return len(self._tasks)

    def grow(self) -> bool:
        """Take in what came since; whether there was anything."""
        with self._lock:
            if self._file.replaced():
                self._tasks, self._of = [], {}
                self.unread.clear()
            found = False
            for line in self._file.lines():
                found = True
                self._add(line.number, line.content)
            self._desk = None if found else self._desk
            return found

    def of_dialogue(self, name: str) -> list[tuple[int, ReasoningTask]]:
        """The tasks on a dialogue, with their numbers from 0."""
        return [(number, self._tasks[number]) for number in self._of.get(name, ())]

    def number(self, task_id: str) -> int | None:
        """The number of the first task of this id."""
        return next((n for n, one in enumerate(self._tasks) if one.id == task_id), None)

    def at(self, number: int) -> ReasoningTask | None:
        """The task of a number, None where there is none."""
        return self._tasks[number] if 0 <= number < len(self._tasks) else None

    def desk(self) -> ReviewDesk:
        """Where people decide. The items' dialogues hold their ids only."""
        with self._lock:
            if self._desk is None:
                posed = [PosedTask(one, _unread(one.dialogue_id), one.label) for one in self._tasks]
                self._desk = ReviewDesk(self._folder, self._clock, posed=posed)
            return self._desk

    def decided(self) -> Sequence[ReviewItem]:
        """All tasks with their reviews."""
        return self.desk().items() if self._tasks else ()

    def _add(self, number: int, content: bytes) -> None:
        try:
            task = ReasoningTask.model_validate_json(content)
        except ValueError:
            self.unread.append(f"{TASKS}:{number} is not a task that this version can read")
            return
        self._of.setdefault(task.dialogue_id, []).append(len(self._tasks))
        self._tasks.append(task)


def _unread(name: str) -> Dialogue:
    return Dialogue(
        id=name,
        scenario=ScenarioRef(id="", name="", language=""),
        user=UserProfile(id="", identity="", intent="", problems=()),
        stop_reason="",
    )
