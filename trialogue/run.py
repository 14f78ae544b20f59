"""Runs synthesis: many dialogues at once, written in order, replaced when they fail."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialogue.agents.caller import RoleStats
from trialogue.agents.session import Sleep
from trialogue.agents.writer import Tally
from trialogue.errors import DialogueFailed, LimitReached, ModelError, ShortRun
from trialogue.graphs import synthesis
from trialogue.graphs.context import Context
from trialogue.graphs.pool import UserPool
from trialogue.graphs.running import run_graph
from trialogue.records import Dialogue, Scenario, Usage, UserProfile
from trialogue.run_folder import RunFolder
from trialogue.saved_run import SavedRun
from trialogue.services import opened
from trialogue.settings import Settings
from trialogue.tools.search import SearchProvider
from trialogue.watcher import Watcher

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool


@dataclass(frozen=True)
class Result:
    """What a run came to. `dialogues` are read from `folder` when wanted."""

    folder: Path
    wanted: int
    accepted: int
    failed: int
    usage: dict[str, Usage]
    calls: dict[str, RoleStats]
    tally: Tally
    problems: tuple[str, ...] = ()

    def dialogues(self) -> list[Dialogue]:
        """The accepted dialogues in order."""
        return list(SavedRun(self.folder).dialogues())


async def run(
    settings: Settings,
    watcher: Watcher | None = None,
    *,
    tools: Sequence["BaseTool"] = (),
    search: SearchProvider | None = None,
    scenario: Scenario | None = None,
    sleep: Sleep = asyncio.sleep,
) -> Result:
    """Make `settings.n` dialogues in a run folder, going on with what is there.

    `tools` are LangChain tools that the settings may name besides those installed; `search` and
    `scenario` stand in for those that the settings name; `sleep` waits between the tries of a
    model call.
    Raises UsageError for what the user can mend, ShortRun when the budget ended or a dialogue
    failed too often; what was made until then is in the folder.
    """
    watcher = watcher or Watcher()
    async with opened(
        settings, watcher, tools=tools, search=search, scenario=scenario, sleep=sleep
    ) as services:
        return await _Run(settings, *services, watcher).go()


@dataclass
class _Run:
    """The loop over dialogues. Accepted ones are written strictly in order of their numbers."""

    settings: Settings
    context: Context
    folder: RunFolder
    pool: UserPool
    watcher: Watcher
    accepted: int = 0
    _failed: set[str] = field(default_factory=set)
    _under_way: asyncio.Semaphore = field(init=False)
    _graph: Any = field(default_factory=lambda: synthesis.build().compile())

    def __post_init__(self) -> None:
        self._under_way = asyncio.Semaphore(self.settings.at_once)

    async def go(self) -> Result:
        self.accepted = sum(1 for _ in self.folder.dialogues())
        self.pool.release(self.accepted)
        self.watcher.began(self.folder.path, self.settings.n, self.accepted)
        self._failed = self.folder.failed_ids()
        ahead = 2 * self.settings.at_once
        tasks: dict[int, asyncio.Task[Dialogue]] = {}
        try:
            for number in range(self.accepted, self.settings.n):
                for later in range(number, min(number + ahead, self.settings.n)):
                    if later not in tasks:
                        tasks[later] = asyncio.create_task(self._accepted(later))
                dialogue = await tasks.pop(number)
                self._write(dialogue)
        except LimitReached as error:
            made = f"{self.accepted} of {self.settings.n} dialogues are in {self.folder.path}"
            raise ShortRun(f"{made}: {error}", self._result()) from error
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        return self._result()

    def _write(self, dialogue: Dialogue) -> None:
        self.folder.append(dialogue)
        self.accepted += 1
        self.pool.release(self.accepted)
        self.watcher.finished(dialogue)

    async def _accepted(self, number: int) -> Dialogue:
        """The dialogue of a number.

        As many are under way as calls may be; those that are ready wait to be written.
        """
        async with self._under_way:
            return await self._attempts(number)

    async def _attempts(self, number: int) -> Dialogue:
        """The first attempt that goes well, after those that failed in earlier sessions."""
        left = self.settings.attempts
        for attempt in count():
            context = self.context.at(number, attempt)
            if before := context.remembered("failed", number, attempt):
                self._keep(Dialogue.model_validate(before))
                continue
            try:
                state = await run_graph(self._graph, {}, context)
                return Dialogue.model_validate(state["record"])
            except (DialogueFailed, ModelError) as error:
                failure = _failure(context, error)
            context.remember(failure.model_dump(mode="json"), "failed", number, attempt)
            self._keep(failure)
            self.watcher.failed(failure)
            left -= 1
            if not left:
                break
        raise ShortRun(
            f"dialogue {number} failed {self.settings.attempts} times, at last: {failure.error}; "
            f"{self.accepted} dialogues are in {self.folder.path}",
            self._result(),
        )

    def _keep(self, failure: Dialogue) -> None:
        """Write down a failure, unless that was done before."""
        if failure.id not in self._failed:
            self._failed.add(failure.id)
            self.folder.append(failure, failed=True)

    def _result(self) -> Result:
        caller = self.context.caller
        return Result(
            folder=self.folder.path,
            wanted=self.settings.n,
            accepted=self.accepted,
            failed=len(self._failed),
            usage=caller.journal.totals(),
            calls=caller.stats,
            tally=self.context.tally,
            problems=self.context.problems,
        )


def _failure(context: Context, error: Exception) -> Dialogue:
    """The record of an attempt that failed."""
    nobody = UserProfile(id="", identity="", intent="", problems=())
    record = synthesis.record(context, nobody, "failed")
    return record.model_copy(
        update={"id": f"{record.id}-attempt{context.attempt}", "error": str(error)}
    )
