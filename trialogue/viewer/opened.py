"""A run's folder as pages show it, finished or going on."""

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from trialogue.errors import UsageError
from trialogue.records import Dialogue, Usage
from trialogue.records.recipe import Recipe
from trialogue.reviewing import Clock, now
from trialogue.run_folder import DIALOGUES, FAILURES, SETTINGS
from trialogue.saved_run import SavedRun
from trialogue.task_sets import TASKS
from trialogue.viewer.index import SETS, Item, RunIndex
from trialogue.viewer.task_list import TaskList
from trialogue.yaml_files import told

if TYPE_CHECKING:
    from trialogue.evaluation.report.blocks import Section
    from trialogue.memory.recorded import Recorded
    from trialogue.memory.saved_traces import SavedTrace, SavedTraces

REPORT, RECIPE = "report.json", "recipe.json"
_SIGNS = (SETTINGS, DIALOGUES, FAILURES, TASKS, "before.jsonl", REPORT)
_AHEAD = 32
_ATTEMPT = re.compile(r"-(\d+)-attempt(\d+)$")


class OpenedRun:
    """A run that is looked at; nothing is written but decisions of reviewers.

    Raises UsageError in one line where `folder` is not a run, is damaged, or is of a newer
    version.
    """

    def __init__(self, folder: Path, clock: Clock = now) -> None:
        if not folder.is_dir():
            what = "is a file" if folder.exists() else "is not there"
            raise UsageError(f"{folder} {what}; name the folder of a run")
        if not any((folder / name).is_file() for name in _SIGNS):
            raise UsageError(
                f"{folder} is not a run folder: it has neither {SETTINGS} nor {DIALOGUES}"
            )
        self.folder = folder
        self.name = folder.resolve().name
        self.problem = ""
        _ = self.settings
        self.index = RunIndex(folder)
        self.tasks = TaskList(folder, clock)
        self.index.grow()
        self.tasks.grow()

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What `run.json` says; empty where there is none."""
        there = (self.folder / SETTINGS).is_file()
        return SavedRun(self.folder).settings if there else {}

    @property
    def wanted(self) -> int | None:
        """How many dialogues the run is to have, where it says so."""
        wanted = self.settings.get("n")
        return wanted if isinstance(wanted, int) and (self.folder / DIALOGUES).is_file() else None

    def traced_bytes(self) -> int:
        """How much of spans was written; a run that goes on lets it grow."""
        folder = self.folder / "traces"
        try:
            return sum(file.stat().st_size for file in folder.iterdir())
        except OSError:
            return 0

    def grow(self) -> bool:
        """Take in what came since; whether there was anything. A fault is kept in `problem`."""
        try:
            grown = self.index.grow()
            return self.tasks.grow() or grown
        except UsageError as error:
            self.problem = str(error)
        except OSError as error:
            self.problem = f"{self.folder} cannot be read: {error.strerror or error}"
        return False

    def grow_fully(self) -> None:
        """Take in everything that is there."""
        while self.grow():
            pass

    def remarks(self) -> list[str]:
        """What is odd about the folder, in a line each."""
        torn = [f"the last line of {name} is not finished" for name in self.index.torn]
        unread = [*self.index.unread, *self.tasks.unread]
        more = [f"and {len(unread) - 3} more"] if len(unread) > 3 else []
        return [*([self.problem] if self.problem else []), *torn, *unread[:3], *more]

    def dialogue(self, part: str, number: int) -> Dialogue | None:
        """A dialogue by its place, None where there is none. Raises UsageError for one that this
        version cannot read."""
        line = self.index.line(part, number)
        if line is None:
            return None
        try:
            return Dialogue.model_validate_json(line)
        except ValidationError as error:
            why = told(error.errors()[0], Dialogue)
            raise UsageError(f"{SETS[part]}, record {number + 1} cannot be shown: {why}") from error

    def speakers(self, dialogue: Dialogue) -> dict[str, str]:
        """What the sides are called: by the scenario, where it is the run's."""
        scenario = self.settings.get("scenario")
        if not isinstance(scenario, dict) or scenario.get("id") != dialogue.scenario.id:
            return {}
        roles = scenario.get("roles")
        sides = roles.items() if isinstance(roles, dict) else ()
        return {
            side: str(role.get("label", side)) for side, role in sides if isinstance(role, dict)
        }

    @property
    def traces(self) -> "SavedTraces | None":
        """The run's spans, None where there are none that can be read."""
        from trialogue.memory.saved_traces import SavedTraces

        try:
            return SavedTraces(self.folder)
        except UsageError:
            return None

    def trace(self, item: Item) -> "SavedTrace | None":
        """The trace of a dialogue; None where the run kept none."""
        saved = self.traces
        if saved is None or item.part not in ("accepted", "failed"):
            return None
        try:
            if item.part == "accepted":
                found = saved.of_dialogue(item.number)
                return found if found and item.name.startswith(found.name) else None
            return self._of_attempt(saved, item.name)
        except UsageError:
            return None

    def begun(self) -> "list[SavedTrace]":
        """The traces of dialogues that were begun and are not written yet, at most 32."""
        saved, there = self.traces, self.index.counts("part").get("accepted", 0)
        if saved is None or self.wanted is None:
            return []
        ahead = range(there, min(self.wanted, there + _AHEAD))
        try:
            found = [saved.of_dialogue(number) for number in ahead]
        except UsageError:
            return []
        return [one for one in found if one is not None]

    def _of_attempt(self, saved: "SavedTraces", name: str) -> "SavedTrace | None":
        place = _ATTEMPT.search(name)
        if place is None:
            return None
        traces = saved.traces(int(place[1]))
        return next((one for one in traces[::-1] if one.attempt == int(place[2])), None)

    def spans(self, item: Item, turn: int | None = None) -> "list[Recorded]":
        """The spans of a dialogue, or of one of its turns; none where the run kept none."""
        trace, saved = self.trace(item), self.traces
        if trace is None or saved is None:
            return []
        return saved.spans(trace.id, turn=turn)

    @property
    def reported(self) -> bool:
        """Whether there is a report or a recipe."""
        return any((self.folder / name).is_file() for name in (REPORT, RECIPE))

    def report(self) -> "tuple[Section, ...]":
        """The sections of the folder's report. Raises UsageError where they cannot be read."""
        from trialogue.evaluation.report import kept_sections

        return kept_sections(self.folder)

    def recipe(self) -> Recipe | None:
        """What an optimisation found; None where there is none that can be read."""
        try:
            return Recipe.model_validate_json((self.folder / RECIPE).read_bytes())
        except (OSError, ValueError):
            return None

    def usage(self) -> dict[str, Usage]:
        """What each role has used; empty where there is no journal that can be read."""
        from trialogue.memory.journal import totals_of

        try:
            return totals_of(self.folder / "journal.sqlite")
        except UsageError:
            return {}

    def close(self) -> None:
        """Let go of the index."""
        self.index.close()
