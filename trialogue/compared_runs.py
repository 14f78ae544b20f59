"""Several runs of one scenario that differ in one thing, each in a folder of its own."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from trialogue.agents.scenario_writer import scenario_id
from trialogue.errors import UnknownScenario, UsageError
from trialogue.evaluation.corpus import Corpus
from trialogue.memory.embedders import make_embedder
from trialogue.records import Dialogue, Scenario
from trialogue.scenario_drafts import FOLDER, is_sentence
from trialogue.scenario_files import find_scenario
from trialogue.settings import Settings, load_settings

if TYPE_CHECKING:
    from trialogue.memory.embedders import Embedder

ScenarioLike = str | os.PathLike[str] | Scenario
FEWEST = 2


class Base(NamedTuple):
    """What the runs have in common: settings, the folder that holds theirs, and the scenario
    where it is given as an object."""

    settings: Settings
    folder: Path
    scenario: Scenario | None = None

    def run(self, name: str, **changed: Any) -> Settings:
        """The settings of one of the runs, in the folder `name`; UsageError if they contradict."""
        whole = {**self.settings.model_dump(exclude_unset=True), "out": str(self.folder / name)}
        options = {**whole.get("options", {}), **changed.pop("options", {})}
        return load_settings(None, {**whole, **changed, "options": options})

    def drafted_in(self, name: str) -> "Base":
        """The same with the scenario that the run `name` drafted from a sentence, if it did."""
        file = self.folder / name / FOLDER / "scenario.yaml"
        if not file.is_file():
            return self
        return self._replace(settings=self.settings.model_copy(update={"scenario": str(file)}))


def base(
    what: str,
    scenario: ScenarioLike,
    config: str | os.PathLike[str] | None,
    given: Mapping[str, Any],
    refused: tuple[str, ...] = (),
) -> Base:
    """What the runs of `what` have in common, from settings as for `synthesize`.

    Raises UsageError for settings that are `refused`, and for fewer than two dialogues.
    """
    name = scenario.id if isinstance(scenario, Scenario) else os.fspath(scenario)
    given = {**given, "scenario": name, "out": given.get("out") and os.fspath(given["out"])}
    settings = load_settings(None if config is None else Path(config), given)
    for setting in refused:
        if getattr(settings, setting):
            raise UsageError(f"{what} does not go with {setting}; leave it out")
    if settings.n < FEWEST:
        raise UsageError(f"{what} compares dialogues: ask for at least {FEWEST}, such as -n 10")
    own = scenario if isinstance(scenario, Scenario) else None
    known, called = (own, own.id) if own else _sought(settings.scenario)
    if known is not None and known.participants:
        raise UsageError(
            f"{what} needs one user and one assistant; scenario {known.id!r} has "
            f"{len(known.participants)} participants"
        )
    folder = Path(settings.out) if settings.out else Path("runs") / f"{what}-{called}"
    return Base(settings, folder if settings.out else _seeded(folder, settings), own)


def corpus_of(dialogues: list[Dialogue], embedder: "Embedder") -> Corpus:
    """The dialogues of a run as a corpus."""
    return Corpus(dialogues, embedder=embedder)


def embedder_of(settings: Settings) -> "Embedder":
    """The embedder of the settings, for measuring."""
    return make_embedder(settings.embedder, base_url=settings.embedder_base_url)


def _seeded(folder: Path, settings: Settings) -> Path:
    return folder.with_name(f"{folder.name}-seed{settings.seed}")


def _sought(name: str) -> tuple[Scenario | None, str]:
    try:
        found = find_scenario(name).scenario
    except UnknownScenario:
        if not is_sentence(name):
            raise
        return None, scenario_id(name)
    return found, found.id
