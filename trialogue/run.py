"""Runs synthesis: the dialogues that the settings ask for, in a run folder."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from trialogue.accepting import Accept, Acceptance, accept_named
from trialogue.agents.session import Sleep
from trialogue.errors import ShortRun, UsageError
from trialogue.evaluation.report import put_section, report_title
from trialogue.evaluation.report.run import section
from trialogue.given import Own
from trialogue.graphs.context import Pair
from trialogue.records import Scenario
from trialogue.run_loop import Result, RunLoop
from trialogue.services import opened
from trialogue.settings import Settings
from trialogue.tools.search import SearchProvider
from trialogue.watcher import Watcher

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

__all__ = ["Result", "run"]


async def run(
    settings: Settings,
    watcher: Watcher | None = None,
    *,
    tools: Sequence["BaseTool"] = (),
    search: SearchProvider | None = None,
    scenario: Scenario | None = None,
    own: Own | None = None,
    sleep: Sleep = asyncio.sleep,
    accept: Accept | str | None = None,
    tries: int | None = None,
    pairs: Sequence[Pair] = (),
    lender: Path | None = None,
) -> Result:
    """Make `settings.n` dialogues in a run folder, going on with what is there.

    `tools` are LangChain tools that the settings may name besides those installed; `search`,
    `scenario` and what is one's `own` stand in for what the settings name; `sleep` waits between
    the tries of a model call. `accept`, over that of the settings, says which dialogues count: a
    function or a name; the others are kept among the failures and replaced. `tries` bounds the
    attempts of the run; without it `settings.attempts` bounds the refusals for one dialogue too.
    `pairs` are the users and rounds of improvised dialogues, by number; `lender` is a journal whose
    answers are taken over where the same is asked.
    Raises UsageError for what the user can mend, ShortRun when the budget ended or a dialogue
    failed too often; what was made until then is in the folder.
    """
    watcher = watcher or Watcher()
    chosen = accept if accept is not None else settings.accept
    predicate = accept_named(chosen) if isinstance(chosen, str) else chosen
    async with opened(
        settings,
        watcher,
        tools=tools,
        search=search,
        scenario=scenario,
        own=own,
        sleep=sleep,
        pairs=pairs,
        lender=lender,
    ) as services:
        made = services.context.toolset
        acceptance = Acceptance(predicate, made.toolset if made else None) if predicate else None
        try:
            return _reported(await RunLoop(settings, *services, watcher, acceptance, tries).go())
        except ShortRun as error:
            if isinstance(error.result, Result):
                error.result = _reported(error.result)
            raise


def _reported(result: Result) -> Result:
    """The result, with its figures in the folder's report; why it cannot be written is a problem.

    Sections on what was measured there stay.
    """
    if result.goals is None:
        return result
    found = section({result.folder.resolve().name: result.goals})
    try:
        put_section(result.folder, found, title=report_title(result.folder))
    except UsageError as error:
        return replace(result, problems=(*result.problems, str(error)))
    return result
