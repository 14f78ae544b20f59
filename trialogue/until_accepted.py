"""Makes dialogues until so many are accepted, and keeps the refused ones apart (METHOD §3)."""

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trialogue.accepting import Accept
from trialogue.agents.limits import Limits
from trialogue.errors import UsageError
from trialogue.own_loop import run_in_own_loop
from trialogue.own_objects import PathLike, ScenarioLike, asked
from trialogue.run import Result, run
from trialogue.settings import Settings
from trialogue.tools.search import SearchProvider
from trialogue.watcher import Watcher

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

_BOUNDS = ("calls", "tokens", "money", "wall_seconds")


def accept_until(
    n: int,
    predicate: Accept | str,
    budget: int | Limits,
    scenario: ScenarioLike,
    *,
    watcher: Watcher | None = None,
    tools: Sequence["BaseTool"] = (),
    search: SearchProvider | str | None = None,
    config: PathLike | None = None,
    **settings: Any,
) -> Result:
    """Make exactly `n` dialogues that `predicate` accepts, each refused one replaced by a new user.

    `predicate` is "valid" or a function that gets a validated Dialogue and returns None or True
    to accept it, or why not. `budget` is how many attempts there may be in all, accepted ones and
    those of earlier calls included, or the Limits of the run. `scenario` and `settings` are as
    for `synthesize`. The accepted are in `dialogues.jsonl` of the run folder, all other attempts
    in full in `failures.jsonl`, `error` saying why. The same call again goes on; a function is
    not written down, so give the same one.

    It works also where an event loop is running. Raises UsageError for what the caller can mend,
    ShortRun if the budget was spent before; its `result` says how many there are.
    """
    given = {**settings, "search": search}
    chosen, tries, own = _chosen(n, budget, scenario, config, given)
    return run_in_own_loop(
        lambda: run(chosen, watcher, tools=tools, accept=predicate, tries=tries, **own)
    )


async def aaccept_until(
    n: int,
    predicate: Accept | str,
    budget: int | Limits,
    scenario: ScenarioLike,
    *,
    watcher: Watcher | None = None,
    tools: Sequence["BaseTool"] = (),
    search: SearchProvider | str | None = None,
    config: PathLike | None = None,
    **settings: Any,
) -> Result:
    """`accept_until` inside the running event loop, with the same arguments, result and errors."""
    given = {**settings, "search": search}
    chosen, tries, own = await asyncio.to_thread(_chosen, n, budget, scenario, config, given)
    return await run(chosen, watcher, tools=tools, accept=predicate, tries=tries, **own)


def _chosen(
    n: int,
    budget: int | Limits,
    scenario: ScenarioLike,
    config: PathLike | None,
    settings: dict[str, Any],
) -> tuple[Settings, int, dict[str, Any]]:
    """The settings, how many attempts there may be, and objects of one's own."""
    given = {**settings, "n": n}
    tries = sys.maxsize
    if isinstance(budget, Limits):
        if all(getattr(budget, bound) is None for bound in _BOUNDS):
            raise UsageError(f"the budget bounds nothing; set one of {', '.join(_BOUNDS)}")
        given["limits"] = budget.model_dump(exclude_unset=True)
    elif budget < n:
        raise UsageError(f"a budget of {budget} attempts cannot give {n} dialogues")
    else:
        tries = budget
    chosen, own = asked(scenario, config, given)
    return chosen, tries, own
