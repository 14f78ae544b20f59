"""Studies whether controls are followed: `trialogue control-study` and its twin (METHOD §2)."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from trialogue.agents.controls import Value, all_controls
from trialogue.agents.controls.levels import Levels, studied_levels
from trialogue.compared_runs import Base, ScenarioLike, base, corpus_of, embedder_of
from trialogue.evaluation.control_study import ControlStudy, corrected, studied
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.report import controls as controls_report
from trialogue.evaluation.report import put_section
from trialogue.evaluation.topics import Topics
from trialogue.own_loop import run_in_own_loop
from trialogue.records import Dialogue
from trialogue.run import run
from trialogue.settings import Settings
from trialogue.topic_naming import topics_of
from trialogue.watcher import Watcher

__all__ = ["ControlStudy", "control_study", "found", "planned"]

COUNT = 8
_REFUSED = ("continues", "participants")
Place = tuple[str, Value]


class Plan(NamedTuple):
    """What is studied: what the runs have in common, and the levels by control."""

    base: Base
    levels: Mapping[str, tuple[Value, ...]]
    topics: bool = True

    @property
    def folder(self) -> Path:
        """What holds the runs and the report."""
        return self.base.folder

    def places(self) -> Iterator[Place]:
        """Every control with every one of its levels."""
        return ((name, value) for name, values in self.levels.items() for value in values)

    def run(self, place: Place) -> Settings:
        """The settings of the run at a level.

        Where rounds are studied and not bounded otherwise, all that can be asked for are allowed.
        """
        (name, value), settings = place, self.base.settings
        changed: dict[str, Any] = {"controls": {**settings.controls, name: value}}
        if name == "turns" and "rounds" not in settings.options.model_fields_set:
            changed["options"] = {"rounds": int(all_controls()[name].high)}
        return self.base.run(folder_of(place), **changed)


def control_study(
    scenario: ScenarioLike,
    names: Iterable[str] | Mapping[str, Levels | None],
    *,
    levels: Levels = 5,
    n: int | None = None,
    topics: bool = True,
    config: str | os.PathLike[str] | None = None,
    watcher: Watcher | None = None,
    **settings: Any,
) -> ControlStudy:
    """Make `n` dialogues (8 unless `config` says) at each level of each control, and measure
    whether the levels come out: paper C's five studies, trend tests and a verdict a control.

    `names` are controls, also with levels of their own ("formality=0|0.5|1"), or a mapping of
    names to levels; `controls` among the settings are fixed. `levels` is for the others: how many,
    evenly spaced over the control's range, or a list. Dialogue i of each level has the same seed
    and, as far as the control leaves it the same, the same user. With `topics` the judge's model
    names what each dialogue is about. `scenario` and `settings` are as for `synthesize`; `out`
    holds a run folder for each level and the report.

    The same call again goes on where an earlier one stopped. Raises UsageError for what the caller
    can mend, ShortRun if a limit ended one of the runs, LimitReached if one ended the naming.
    """
    count = COUNT if n is None and config is None else n
    given = {**settings, "n": count}
    return found(planned(scenario, names, levels, config, given, topics=topics), watcher)


def planned(
    scenario: ScenarioLike,
    names: Iterable[str] | Mapping[str, Levels | None],
    levels: Levels,
    config: str | os.PathLike[str] | None,
    given: Mapping[str, Any],
    *,
    topics: bool = True,
) -> Plan:
    """What is to be studied. Raises UsageError."""
    chosen = studied_levels(names, levels)
    return Plan(base("control-study", scenario, config, given, _REFUSED), chosen, topics)


def found(plan: Plan, watcher: Watcher | None = None) -> ControlStudy:
    """The study that was planned; `watcher` sees its runs one after the other."""
    made = run_in_own_loop(lambda: _made(plan, watcher))
    embedder = embedder_of(plan.base.settings)
    corpora = {place: corpus_of(made[place], embedder) for place in plan.places()}
    named = _topics(plan, corpora, watcher) if plan.topics else {}
    known = all_controls()
    studies = corrected(
        [
            studied(
                known[name],
                {value: corpora[name, value] for value in values},
                {value: named[name, value] for value in values if named},
            )
            for name, values in plan.levels.items()
        ]
    )
    of_control = {
        name: [corpora[name, value] for value in values] for name, values in plan.levels.items()
    }
    section = controls_report.section(studies, of_control)
    title = f"Control study of {plan.base.settings.scenario}"
    page = put_section(plan.folder, section, title=title)
    return ControlStudy(folder=str(plan.folder), studies=studies, report=str(page))


def folder_of(place: Place) -> str:
    """The folder of a level's run inside the study's."""
    name, value = place
    text = f"{value:g}" if isinstance(value, float) else str(value)
    plain = re.sub(r"[^A-Za-z0-9.]+", "_", text)[:40]
    if plain != text:
        plain = f"{plain}-{sha256(text.encode()).hexdigest()[:8]}"
    return f"{name}/{plain}"


def _topics(
    plan: Plan, corpora: Mapping[Place, Corpus], watcher: Watcher | None
) -> dict[Place, Topics]:
    if watcher is not None:
        watcher.stage("naming topics")
    sets = {folder_of(place): corpus for place, corpus in corpora.items()}
    named = topics_of(sets, plan.base.settings, plan.folder)
    return {place: named[folder_of(place)] for place in corpora}


async def _made(plan: Plan, watcher: Watcher | None) -> dict[Place, list[Dialogue]]:
    """The dialogues of all levels. What the first run was answered holds for the others too: the
    same question is not paid again, and where nothing differs users stay who they are."""
    made: dict[Place, list[Dialogue]] = {}
    lender: Path | None = None
    for place in plan.places():
        settings = plan.run(place)
        result = await run(settings, watcher, scenario=plan.base.scenario, lender=lender)
        made[place] = result.dialogues()
        if lender is None:
            lender = result.folder / "journal.sqlite"
            plan = plan._replace(base=plan.base.drafted_in(folder_of(place)))
    return made
