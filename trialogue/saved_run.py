"""Reads the folder of a run, finished or not, without touching it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trialogue.errors import UsageError
from trialogue.records import Dialogue
from trialogue.run_folder import DIALOGUES, FAILURES, SETTINGS


class SavedRun:
    """A run's records as they are on disk; another process may be writing to it meanwhile.

    Raises UsageError if `folder` holds no run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (folder / SETTINGS).is_file():
            raise UsageError(f"{folder} is not a run folder: it has no {SETTINGS}")

    @property
    def settings(self) -> dict[str, Any]:
        """What `run.json` says: settings in full, the scenario, versions."""
        try:
            settings = json.loads((self.folder / SETTINGS).read_text("utf-8"))["settings"]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise UsageError(f"{self.folder / SETTINGS} is damaged: {error}") from error
        return dict(settings)

    def dialogues(self) -> Iterator[Dialogue]:
        """The accepted dialogues in order. Raises UsageError as `file:line`."""
        return _whole_records(self.folder / DIALOGUES)

    def failures(self) -> Iterator[Dialogue]:
        """The records of attempts that failed; `error` says why."""
        return _whole_records(self.folder / FAILURES)


def _whole_records(file: Path) -> Iterator[Dialogue]:
    """A last line without its end is still being written, or never will be: it does not count."""
    if not file.is_file():
        return
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                yield Dialogue.model_validate_json(line)
            except ValueError as error:
                raise UsageError(f"{file}:{number}: not a dialogue record") from error
