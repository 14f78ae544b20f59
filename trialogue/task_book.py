"""The files of a run's tasks, written in order and never over what somebody changed."""

import os
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from trialogue.errors import UsageError
from trialogue.graphs.task_bench import State
from trialogue.memory.journal import Journal
from trialogue.records import ReasoningTask

TASKS, REJECTED = "tasks.jsonl", "rejected_tasks.jsonl"


def dealt(tasks: Iterable[ReasoningTask]) -> list[ReasoningTask]:
    """The tasks in an order that tells nothing: not what kind comes next, and not, after "yes",
    that the other one of the pair is "no". It depends on their ids alone."""
    return sorted(tasks, key=lambda task: sha256(task.id.encode()).digest())


class TaskBook:
    """The files of a run's tasks: written anew from the journal until they are whole."""

    def __init__(self, folder: Path, journal: Journal, fingerprint: str) -> None:
        self._files = (folder / TASKS, folder / REJECTED)
        self._journal, self._fingerprint = journal, fingerprint
        self._tasks: list[ReasoningTask] = []

    def begin(self) -> None:
        """Empty files. Raises UsageError for tasks that this order did not make."""
        tasks, _ = self._files
        known = self._journal.recall("tasks") or {}
        if tasks.exists():
            same = known.get("order") == self._fingerprint
            if not same or known.get("written") not in (None, _hashes(self._files)):
                raise UsageError(
                    f"{tasks} is there already and is not what this command made (it was changed, "
                    "or the options or dialogues differ); move it away to make tasks anew"
                )
        self._journal.remember("tasks", {"order": self._fingerprint, "written": None})
        for file in self._files:
            file.write_bytes(b"")

    def write(self, state: State) -> None:
        """The lines of one dialogue, flushed."""
        self._tasks += state["tasks"]
        for file, found in zip(self._files, (state["tasks"], state["rejected"]), strict=True):
            with file.open("ab") as out:
                out.write(b"".join(task.to_line().encode() + b"\n" for task in found))

    def end(self) -> None:
        """Put the tasks in the order in which they stay, and remember what was written."""
        tasks, _ = self._files
        part = tasks.with_name(f".{tasks.name}.part")
        part.write_bytes(b"".join(task.to_line().encode() + b"\n" for task in dealt(self._tasks)))
        os.replace(part, tasks)
        written = _hashes(self._files)
        self._journal.remember("tasks", {"order": self._fingerprint, "written": written})


def _hashes(files: Sequence[Path]) -> list[str]:
    return [sha256(f.read_bytes()).hexdigest() if f.exists() else "" for f in files]
