"""Compares what users know: `trialogue ablate` and its twin in Python (R, table 4)."""

import os
from collections.abc import Sequence
from typing import Any

from trialogue.compared_runs import Base, ScenarioLike, base, corpus_of, embedder_of
from trialogue.evaluation.ablation import TITLES, Ablation, conditions
from trialogue.evaluation.report import ablation, put_section
from trialogue.graphs.context import Pair
from trialogue.own_loop import run_in_own_loop
from trialogue.records import Dialogue
from trialogue.run import run
from trialogue.topic_naming import topics_of
from trialogue.watcher import Watcher

__all__ = ["Ablation", "ablate", "ablated", "planned"]

COUNT = 10
WHOLE = "experience"
_REFUSED = ("toolset", "continues", "participants", "accept")


def ablate(
    scenario: ScenarioLike,
    *,
    n: int | None = None,
    config: str | os.PathLike[str] | None = None,
    watcher: Watcher | None = None,
    **settings: Any,
) -> Ablation:
    """Make `n` dialogues (10 unless `config` says) under each of R's three conditions and compare
    them.

    The conditions are direct interaction (users know only the scenario), with the user's identity,
    and with the action sequence as well, which is what `synthesize` makes. Users, seeds and the
    number of rounds are the same in all. `scenario` and `settings` are as for `synthesize`; `out`
    holds one run folder for each condition and the report. The judge's model names the topics.

    The same call again goes on where an earlier one stopped. Raises UsageError for what the caller
    can mend, ShortRun if a limit ended one of the runs, LimitReached if one ended the naming.
    """
    count = COUNT if n is None and config is None else n
    return ablated(planned(scenario, config, {**settings, "n": count}), watcher)


def planned(
    scenario: ScenarioLike, config: str | os.PathLike[str] | None, given: dict[str, Any]
) -> Base:
    """What the runs of an ablation have in common. Raises UsageError."""
    return base("ablate", scenario, config, given, _REFUSED)


def ablated(plan: Base, watcher: Watcher | None = None) -> Ablation:
    """The ablation that was planned; `watcher` sees its runs one after the other."""
    made = run_in_own_loop(lambda: _made(plan, watcher))
    embedder = embedder_of(plan.settings)
    corpora = {name: corpus_of(made[name], embedder) for name in TITLES}
    if watcher is not None:
        watcher.stage("naming topics")
    found = conditions(corpora, topics_of(corpora, plan.settings, plan.folder))
    section = ablation.section(found, corpora)
    page = put_section(plan.folder, section, title=f"Ablation of {plan.settings.scenario}")
    return Ablation(folder=str(plan.folder), conditions=found, report=str(page))


async def _made(plan: Base, watcher: Watcher | None) -> dict[str, list[Dialogue]]:
    """The dialogues by condition; those with the whole story first, for the others to follow."""
    made = {WHOLE: await _run(plan, WHOLE, (), watcher)}
    plan = plan.drafted_in(WHOLE)
    pairs = [Pair(dialogue.user, dialogue.rounds) for dialogue in made[WHOLE]]
    for name in TITLES:
        if name != WHOLE:
            made[name] = await _run(plan, name, pairs, watcher)
    return made


async def _run(
    plan: Base, name: str, pairs: Sequence[Pair], watcher: Watcher | None
) -> list[Dialogue]:
    settings = plan.run(name, options={"user": name})
    result = await run(settings, watcher, scenario=plan.scenario, pairs=pairs)
    return result.dialogues()
