"""Runs synthesis: many dialogues at once, written in order, replaced when they fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from trialogue.agents.caller import Caller, RoleStats
from trialogue.agents.scenario_writer import scenario_id
from trialogue.agents.session import Sleep
from trialogue.agents.toolbox import Toolbox
from trialogue.agents.writer import Tally
from trialogue.disk_errors import plain_disk_errors
from trialogue.errors import (
    DialogueFailed,
    LimitReached,
    ModelError,
    ShortRun,
    UnknownScenario,
    UsageError,
)
from trialogue.graphs import knowledge, synthesis
from trialogue.graphs.context import Context
from trialogue.graphs.pool import UserPool
from trialogue.graphs.running import run_graph
from trialogue.memory.chroma import close_chroma, open_chroma
from trialogue.memory.embedders import make_embedder
from trialogue.memory.experience import ExperienceMemory
from trialogue.memory.journal import Journal
from trialogue.memory.people import PeopleMemory
from trialogue.records import Dialogue, Turn, Usage, UserProfile
from trialogue.run_folder import RunFolder
from trialogue.saved_run import SavedRun
from trialogue.scenario_drafts import drafted, is_sentence
from trialogue.scenario_files import Found, find_scenario
from trialogue.settings import FREE_ON_RESUME, Settings
from trialogue.tools.registry import ToolContext, resolve
from trialogue.tools.search import search_provider
from trialogue.tools.shelf import Shelf

VERSIONED = ("trialogue", "langgraph", "langchain-core", "langchain-openai", "chromadb", "pydantic")


class Watcher:
    """What wants to know how a run goes; every method may be left as it is."""

    def began(self, folder: Path, wanted: int, done: int) -> None:
        """The folder is open and `done` dialogues are there already."""

    def metered(self, used: Callable[[], tuple[int, int]]) -> None:
        """`used` tells at any time how many calls and tokens the run has used."""

    def stage(self, what: str) -> None:
        """What is being prepared, in a few words."""

    def turned(self, number: int, turn: Turn) -> Awaitable[None] | None:
        """A turn of dialogue `number` is finished."""

    def finished(self, dialogue: Dialogue) -> None:
        """A dialogue was accepted and written."""

    def failed(self, dialogue: Dialogue) -> None:
        """An attempt at a dialogue failed; another follows."""


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


def check(settings: Settings) -> Path:
    """The run folder, made or found to fit; no model is needed. Raises UsageError as `run`."""
    found, name = _sought(settings)
    with RunFolder(settings.folder(name)) as folder:
        folder.settle(_described(settings, found), FREE_ON_RESUME)
        return folder.path


async def run(
    settings: Settings, watcher: Watcher | None = None, *, sleep: Sleep = asyncio.sleep
) -> Result:
    """Make `settings.n` dialogues in a run folder, going on with what is there.

    `sleep` waits between the tries of a model call.
    Raises UsageError for what the user can mend, ShortRun when the budget ended or a dialogue
    failed too often; what was made until then is in the folder.
    """
    watcher = watcher or Watcher()
    async with opened(settings, watcher, sleep=sleep) as services:
        return await _Run(settings, *services, watcher).go()


class Services(NamedTuple):
    """What a run works with: its context with the knowledge gathered, its folder, its pool."""

    context: Context
    folder: RunFolder
    pool: UserPool


@asynccontextmanager
async def opened(
    settings: Settings, watcher: Watcher | None = None, *, sleep: Sleep = asyncio.sleep
) -> AsyncIterator[Services]:
    """The services of a run, closed at the end; also for running one graph by itself.

    Raises UsageError for what the user can mend.
    """
    watcher = watcher or Watcher()
    found, name = _sought(settings)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(RunFolder(settings.folder(name)))
        stack.enter_context(plain_disk_errors(folder.path))
        folder.settle(_described(settings, found), FREE_ON_RESUME)
        journal = stack.enter_context(Journal(folder.path / "journal.sqlite"))
        limits = settings.limits.model_copy(update={"concurrency": settings.at_once})
        caller = await stack.enter_async_context(
            Caller(settings.models(), journal, limits=limits, timeout=settings.timeout, sleep=sleep)
        )
        watcher.metered(lambda: (caller.budget.calls, caller.budget.tokens))
        if found is None:
            watcher.stage("scenario")
            found = await drafted(settings.scenario, folder.path, caller, settings.seed)
        pool = UserPool()
        context = await _context(stack, settings, found, folder, caller, pool, watcher)
        yield Services(context, folder, pool)


def _sought(settings: Settings) -> tuple[Found | None, str]:
    """The scenario, None if it must be drafted from a sentence first; its id."""
    try:
        found = find_scenario(settings.scenario)
    except UnknownScenario:
        if not is_sentence(settings.scenario):
            raise
        return None, scenario_id(settings.scenario)
    return found, found.scenario.id


def _described(settings: Settings, found: Found | None) -> dict[str, Any]:
    """What `run.json` says: settings in full, the scenario, versions."""
    scenario = found.scenario.model_dump(mode="json") if found else settings.scenario
    return {
        **settings.model_dump(mode="json"),
        "scenario": scenario,
        "versions": {name: version(name) for name in VERSIONED},
    }


async def _context(
    stack: AsyncExitStack,
    settings: Settings,
    found: Found,
    folder: RunFolder,
    caller: Caller,
    pool: UserPool,
    watcher: Watcher,
) -> Context:
    scenario = found.scenario
    watcher.stage("embedder")
    embedder = await asyncio.to_thread(make_embedder, settings.embedder)
    client = await asyncio.to_thread(open_chroma, folder.path / "memory")
    stack.callback(close_chroma, client)
    search = (
        search_provider(settings.search, language=scenario.language, folder=folder.path)
        if settings.search
        else None
    )
    context = Context(
        scenario=scenario,
        caller=caller,
        shelf=Shelf(client, embedder),
        people=PeopleMemory(client, embedder),
        memory=ExperienceMemory(client, embedder),
        options=settings.options,
        documents=(*found.documents, *settings.documents),
        search=search,
        pool=pool,
        seed=settings.seed,
        told=watcher.turned,
    )
    watcher.stage("knowledge")
    gathered = await run_graph(knowledge.build().compile(), {}, context)
    tools = ToolContext(
        scenario.today, language=scenario.language, index=context.shelf.index, search=search
    )
    user_tools = scenario.user_tools if settings.user_tools is None else settings.user_tools
    own = settings.assistant_tools
    return replace(
        context,
        user_tools=Toolbox(resolve(user_tools, tools)),
        assistant_tools=Toolbox(resolve(scenario.assistant_tools if own is None else own, tools)),
        problems=tuple(gathered.get("problems", ())),
    )


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
                self.pool.release(number)
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


__all__ = ["Result", "Settings", "UsageError", "Watcher", "run"]
