"""Tunes dialogues of a scenario: `trialogue optimize` and its twin (R §3.6, METHOD §4)."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from trialogue.agents.controls.axes import chosen_axes, usual_axes
from trialogue.compared_runs import Base, ScenarioLike, base, embedder_of
from trialogue.errors import ShortRun
from trialogue.evaluation.ledger import Ledger
from trialogue.evaluation.optimised import FIXED, Optimised
from trialogue.evaluation.report import optimisation as report
from trialogue.evaluation.report import put_section
from trialogue.optimised_results import optimised, recipe_of, write_dialogues
from trialogue.own_loop import run_in_own_loop
from trialogue.recipe_file import write_recipe
from trialogue.search_plan import Extent, check_budget, extent_of, guessed
from trialogue.searching import Searching, Standing, Told
from trialogue.services import opened
from trialogue.settings import Settings
from trialogue.watcher import Watcher

__all__ = ["Optimised", "Standing", "found", "optimize", "planned"]

RESULT = "optimisation.json"
_REFUSED = ("continues", "participants", "accept", "recipe")


class Plan(NamedTuple):
    """What is optimised, and how far: settings of the run, controls to tune, R's table 2."""

    base: Base
    extent: Extent
    controls: tuple[str, ...] = ()
    compare: bool = False

    @property
    def folder(self) -> Path:
        """What holds the journal, the recipe and the report."""
        return self.base.folder

    @property
    def settings(self) -> Settings:
        """The settings of the run in that folder."""
        return self.base.settings.model_copy(update={"out": str(self.folder)})

    @property
    def fixed(self) -> int:
        """Metrics that are tuned by besides those that evolve."""
        return len(FIXED) if self.compare else 0


def optimize(
    scenario: ScenarioLike,
    *,
    budget_calls: int | None = None,
    budget_tokens: int | None = None,
    controls: Iterable[str] = (),
    extent: Extent | None = None,
    compare: bool = False,
    config: str | os.PathLike[str] | None = None,
    told: Told | None = None,
    **settings: Any,
) -> Optimised:
    """Evolve metrics, and tune controls of dialogues and of turns by them, for one scenario.

    Metric trees are evolved by the judge's mean (h) on users of their own; each tunes the controls
    of turns (φ) on single turns and those of dialogues (θ) on whole dialogues. `budget_calls` and
    `budget_tokens` bound what is paid for in all, the comparison at the end included. `controls`
    are those to tune, perhaps with a range ("turns=2..6"); `extent` says how far to search. With
    `compare` single metrics are tuned by as well (paper R's table 2). `told` hears how far it is.
    `scenario` and `settings` are as for `synthesize`; `out` holds the journal, `recipe.json`,
    `optimisation.json`, dialogues before and after, and the report.

    The same call again goes on and pays for nothing twice. Raises UsageError for what the caller
    can mend, ShortRun where judge, users or budget ended it early: its `result` is the Optimised.
    """
    given = {**settings, "calls": budget_calls, "tokens": budget_tokens}
    plan = planned(scenario, config, given, controls=controls, extent=extent, compare=compare)
    return found(plan, told)


def planned(
    scenario: ScenarioLike,
    config: str | os.PathLike[str] | None,
    given: dict[str, Any],
    *,
    controls: Iterable[str] = (),
    extent: Extent | None = None,
    compare: bool = False,
) -> Plan:
    """What is to be optimised. Raises UsageError, also for a budget that is far too small."""
    extent = extent or extent_of({})
    shared = base("optimize", scenario, config, {**given, "n": extent.users}, _REFUSED)
    plan = Plan(shared, extent, tuple(controls), compare)
    settings, options = plan.settings, plan.settings.options
    names = plan.controls or usual_axes(settings.mode, options.reactions)
    chosen_axes(names, settings.wishes().wishes, usual=not plan.controls)
    local = settings.models(("assistant",))["assistant"].name.startswith("local")
    consult = local if options.consult is None else options.consult
    limits = settings.limits
    prices = guessed(options, consult=consult)
    check_budget(prices, extent, 2 + plan.fixed, plan.fixed, limits.calls, limits.tokens)
    return plan


def found(plan: Plan, told: Told | None = None) -> Optimised:
    """The optimisation that was planned. Raises ShortRun where it ended early."""
    result = run_in_own_loop(lambda: _found(plan, told or (lambda _: None)))
    if result.problem:
        raise ShortRun(f"{result.problem}; what was learnt is in {plan.folder}", result)
    return result


async def _found(plan: Plan, told: Told) -> Optimised:
    settings = plan.settings
    async with opened(
        settings, _Stages(told), scenario=plan.base.scenario, roles=("judge",)
    ) as services:
        context = services.context
        ledger = Ledger(context.caller)
        searching = Searching(
            context=context,
            extent=plan.extent,
            ledger=ledger,
            at_once=settings.at_once,
            embedder=embedder_of(settings),
            names=plan.controls,
            compare=plan.compare,
            told=told,
        )
        try:
            await searching.go()
        finally:
            result = _saved(searching, plan)
    return result


def _saved(searching: Searching, plan: Plan) -> Optimised:
    """Everything that was learnt, written into the folder."""
    result = optimised(searching, plan.folder)
    recipe = write_recipe(recipe_of(searching, result, plan.settings), plan.folder)
    pairs = write_dialogues(searching, plan.folder)
    section = report.section(result, pairs)
    page = put_section(plan.folder, section, title=f"Optimisation of {result.scenario}")
    result = result.model_copy(update={"recipe": str(recipe), "report": str(page)})
    (plan.folder / RESULT).write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return result


class _Stages(Watcher):
    """Tells what is prepared before the search begins."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def stage(self, what: str) -> None:
        self._told(Standing(what))
