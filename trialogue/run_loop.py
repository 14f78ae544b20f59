"""The loop of a run: many dialogues at once, written in order, replaced when they fail."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trialogue.accepting import REFUSED, Acceptance
from trialogue.agents.caller import RoleStats
from trialogue.agents.writer import Tally
from trialogue.errors import DialogueFailed, LimitReached, ModelError, ShortRun
from trialogue.evaluation.goal_figures import GoalCount, GoalFigures
from trialogue.graphs import synthesis
from trialogue.graphs.context import Context
from trialogue.graphs.pool import UserPool
from trialogue.graphs.running import run_graph
from trialogue.records import Dialogue, Usage, UserProfile
from trialogue.run_folder import RunFolder
from trialogue.saved_run import SavedRun
from trialogue.settings import Settings
from trialogue.watcher import Watcher


@dataclass(frozen=True)
class Result:
    """What a run came to. `dialogues` are read from `folder` when wanted.

    `failed` and `refused` count the attempts that came to nothing and those not accepted; `goals`
    is U's table 1 of the accepted, None without any.
    """

    folder: Path
    wanted: int
    accepted: int
    failed: int
    usage: dict[str, Usage]
    calls: dict[str, RoleStats]
    tally: Tally
    problems: tuple[str, ...] = ()
    refused: int = 0
    goals: GoalFigures | None = None

    def dialogues(self) -> list[Dialogue]:
        """The accepted dialogues in order."""
        return list(SavedRun(self.folder).dialogues())


@dataclass
class RunLoop:
    """The loop over dialogues. All attempts are written strictly in order of their numbers.

    `acceptance` says which dialogues count; `tries` bounds the attempts in all.
    """

    settings: Settings
    context: Context
    folder: RunFolder
    pool: UserPool
    watcher: Watcher
    acceptance: Acceptance | None = None
    tries: int | None = None
    accepted: int = 0
    _goals: GoalCount = field(default_factory=GoalCount)
    _begun: int = 0
    _failed: dict[str, str] = field(default_factory=dict)
    _unwritten: dict[int, list[Dialogue]] = field(default_factory=dict)
    _under_way: asyncio.Semaphore = field(init=False)
    _graph: Any = field(default_factory=lambda: synthesis.build().compile())

    def __post_init__(self) -> None:
        self._under_way = asyncio.Semaphore(self.settings.at_once)

    async def go(self) -> Result:
        """Make what is lacking. Raises ShortRun when a limit ends it before."""
        for dialogue in self.folder.dialogues():
            self._goals.add(dialogue)
            self.accepted += 1
        self.pool.release(self.accepted)
        self.watcher.began(self.folder.path, self.settings.n, self.accepted)
        self._failed = {one.id: one.stop_reason for one in self.folder.failures()}
        self._begun = self.accepted + len(self._failed)
        ahead = self.settings.ahead
        tasks: dict[int, asyncio.Task[Dialogue]] = {}
        try:
            for number in range(self.accepted, self.settings.n):
                for later in range(number, min(number + ahead, self.settings.n)):
                    if later not in tasks:
                        tasks[later] = asyncio.create_task(self._accepted(later))
                try:
                    dialogue = await tasks.pop(number)
                finally:
                    self._write_failures(number)
                self._write(dialogue)
        except LimitReached as error:
            made = f"{self.accepted} of {self.settings.n} dialogues are in {self.folder.path}"
            raise ShortRun(f"{made}: {error}", self._result()) from error
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        return self._result()

    def _write_failures(self, number: int) -> None:
        """Write what came to nothing at a number: in order, and each once, over all sessions."""
        for failure in self._unwritten.pop(number, ()):
            self._failed[failure.id] = failure.stop_reason
            self.folder.append(failure, failed=True)

    def _write(self, dialogue: Dialogue) -> None:
        self.folder.append(dialogue)
        self._goals.add(dialogue)
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
        """The first attempt that goes well, after those that did not in earlier sessions."""
        left, attempt = self.settings.attempts, 0
        while left:
            context = self.context.at(number, attempt)
            if before := context.remembered("failed", number, attempt):
                made = Dialogue.model_validate(before)
                self._keep(number, made)
            else:
                made = await self._attempt(context)
                if made.error is None:
                    return made
                left -= self.tries is None or made.stop_reason != REFUSED
            # A failure may be bad luck with the same user; what was refused is not asked again.
            attempt += 2 - attempt % 2 if made.stop_reason == REFUSED else 1
        what = "was refused" if made.stop_reason == REFUSED else "failed"
        times = self.settings.attempts
        raise LimitReached(f"dialogue {number} {what} {times} times, at last: {made.error}")

    async def _attempt(self, context: Context) -> Dialogue:
        """One attempt; one that comes to nothing has an `error` and is written down."""
        if self.tries is not None and self._begun >= self.tries:
            raise LimitReached(f"the budget of {self.tries} attempts is spent; raise it to go on")
        self._begun += 1
        try:
            made = await self._made(context)
        except (DialogueFailed, ModelError) as error:
            made = _failure(context, error)
        finally:
            if context.toolset is not None:
                context.toolset.close(context.key)
        if made.error is not None:
            place = ("failed", context.number, context.attempt)
            context.remember(made.model_dump(mode="json"), *place)
            self._begun -= 1
            self._keep(context.number, made)
            self.watcher.failed(made)
        return made

    async def _made(self, context: Context) -> Dialogue:
        """The dialogue, with `error` where it is refused."""
        with context.trace() as seen:
            state = await run_graph(self._graph, {}, context)
            made = Dialogue.model_validate(state["record"])
            if self.acceptance is not None:
                made = await self.acceptance.decided(made, context)
            seen.note(
                stop_reason=made.stop_reason, **({"refused": made.error} if made.error else {})
            )
        return made

    def _keep(self, number: int, failure: Dialogue) -> None:
        """Count an attempt that came to nothing, unless an earlier session did, for writing."""
        if failure.id not in self._failed:
            self._unwritten.setdefault(number, []).append(failure)
            self._begun += 1

    def _result(self) -> Result:
        if (traces := self.context.traces) is not None:
            traces.close()
        caller, refused = self.context.caller, list(self._failed.values()).count(REFUSED)
        return Result(
            folder=self.folder.path,
            wanted=self.settings.n,
            accepted=self.accepted,
            failed=len(self._failed) - refused,
            usage=caller.journal.totals(),
            calls=caller.stats,
            tally=self.context.tally,
            problems=(*self.context.problems, *(traces.problems if traces else ())),
            refused=refused,
            goals=self._goals.figures(),
        )


def _failure(context: Context, error: Exception) -> Dialogue:
    """The record of an attempt that failed."""
    nobody = UserProfile(id="", identity="", intent="", problems=())
    record = synthesis.record(context, nobody, "failed")
    return record.model_copy(
        update={"id": f"{record.id}-attempt{context.attempt}", "error": str(error)}
    )
