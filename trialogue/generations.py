"""The files of a refinement: the set of every generation, and the set that there is now."""

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from trialogue.errors import UsageError
from trialogue.evaluation.posed_task import PosedTask
from trialogue.memory.journal import Journal, canonical
from trialogue.records import ReasoningTask
from trialogue.task_book import dealt
from trialogue.task_sets import TASKS, read_task_set

FOLDER = "generations"
_FACT = "refinement"


class Generations:
    """What a refinement reads and writes in a run folder.

    `order` is all that it depends on besides the tasks, rounds and budget. A set that the same
    order refined is refined anew from where it began, which the journal makes free; any other
    set is a new beginning.
    """

    def __init__(self, folder: Path, journal: Journal, order: Mapping[str, Any]) -> None:
        self._folder, self._journal = folder, journal
        self._order = sha256(canonical(dict(order)).encode()).hexdigest()

    @property
    def file(self) -> Path:
        """The set that there is now."""
        return self._folder / TASKS

    def start(self) -> Path:
        """The file of the set to begin with. Raises UsageError if there is none."""
        if not self.file.is_file():
            raise UsageError(f"{self._folder}: it has no {TASKS}; make some with trialogue tasks")
        known = self._journal.recall(_FACT) or {}
        began = self._place(int(known.get("first", 0)))
        same = known.get("order") == self._order and _hash(self.file) == known.get("written")
        return began if same and began.is_file() else self.file

    def read(self) -> Sequence[PosedTask]:
        """The set to begin with, after reviews, without tasks that others took the place of.

        Raises UsageError, also for a line that cannot be used: it would be lost.
        """
        found = read_task_set(self.start(), run=self._folder)
        if found.unread:
            raise UsageError(f"{found.unread[0]}; mend it")
        gone = {posed.task.replaces for posed in found.tasks if posed.task.usable}
        return [posed for posed in found.tasks if posed.task.id not in gone]

    def write(
        self, first: int, sets: Sequence[Sequence[ReasoningTask]], more: Sequence[ReasoningTask]
    ) -> None:
        """Keep the sets of all generations from number `first` on; the last one, with the tasks
        `more` for a person, is the set that there is now. Raises UsageError."""
        texts = [_lines(dealt(tasks)) for tasks in sets]
        now = texts[-1] + _lines(more)
        try:
            (self._folder / FOLDER).mkdir(exist_ok=True)
            for later in (self._folder / FOLDER).glob("*.jsonl"):
                if later.stem.isdigit() and int(later.stem) >= first + len(sets):
                    later.unlink()
            for number, text in enumerate(texts, start=first):
                _replace(self._place(number), text)
            written = sha256(now.encode()).hexdigest()
            fact = {"order": self._order, "first": first, "written": written}
            self._journal.remember(_FACT, fact)
            _replace(self.file, now)
        except OSError as error:
            raise UsageError(f"{self._folder} cannot be written: {error.strerror}") from error

    def _place(self, number: int) -> Path:
        return self._folder / FOLDER / f"{number:03d}.jsonl"


def _lines(tasks: Sequence[ReasoningTask]) -> str:
    return "".join(f"{task.to_line()}\n" for task in tasks)


def _hash(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def _replace(file: Path, text: str) -> None:
    part = file.with_name(f".{file.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, file)
