"""Makes reasoning tasks on the dialogues of a run: `trialogue tasks` and its twin in Python."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from trialogue.agents.caller import Caller, Meter, ModelSpec
from trialogue.agents.prompt import prompt_versions
from trialogue.agents.session import Sleep
from trialogue.agents.task_writer import ROLE
from trialogue.dialogue_files import read_dialogues
from trialogue.disk_errors import plain_disk_errors
from trialogue.errors import UsageError
from trialogue.evaluation.reasoning.solving import solver_team
from trialogue.graphs.task_bench import Bench, State, Wanted
from trialogue.graphs.tasks import tasks_on
from trialogue.memory.journal import Journal, canonical
from trialogue.memory.traces import Traces
from trialogue.own_loop import run_in_own_loop
from trialogue.records import Dialogue, Record, TaskKind
from trialogue.records.task import Asked
from trialogue.run_folder import RunFolder
from trialogue.run_traces import run_traces, shared_work
from trialogue.settings import Settings, load_settings
from trialogue.task_book import REJECTED, TASKS, TaskBook
from trialogue.task_report import TaskReport, task_report

__all__ = [
    "JOURNAL",
    "KINDS",
    "REJECTED",
    "TASKS",
    "TaskOrder",
    "TaskReport",
    "made_tasks",
    "make_tasks",
]

JOURNAL = "tasks.sqlite"
KINDS: tuple[TaskKind, ...] = ("math", "common_sense")
Told = Callable[[int, int], None]


class TaskOrder(Record):
    """What is wanted on each dialogue, and how it is made.

    `n` tasks of each of the `kinds`, common-sense ones in pairs; `k` answers of solvers to each
    task, given as `asked`; `tries` for one task. `by_code` has code draw the derivations and the
    model only word the questions; None means for local models.
    """

    n: int = 2
    kinds: tuple[TaskKind, ...] = KINDS
    k: int = 3
    asked: Asked = "steps"
    tries: int = 3
    by_code: bool | None = None


def make_tasks(
    run: str | os.PathLike[str],
    *,
    n: int = 2,
    kinds: Sequence[TaskKind] = KINDS,
    solvers: Sequence[str] = (),
    k: int = 3,
    asked: Asked = "steps",
    by_code: bool | None = None,
    told: Told | None = None,
    **settings: Any,
) -> TaskReport:
    """Make reasoning tasks with proved labels on every dialogue of a run's folder (METHOD §5).

    They are written to `tasks.jsonl` there (verified ones and those for a person), refused ones
    to `rejected_tasks.jsonl`, model calls to `tasks.sqlite`. `n` tasks of each kind are wanted on
    a dialogue; `solvers` are models (by default that of `model`) who give `k` answers to each
    task. `settings` are those of `synthesize` that concern models: `seed`, `model`, `base_url`,
    `roles`, limits. `told` hears how many dialogues of how many are done.

    The same call again gives the same bytes and asks nothing twice. Raises UsageError for what the
    caller can mend, also if the tasks there were changed or made otherwise; LimitReached, after
    which the same call goes on.
    """
    order = TaskOrder(n=n, kinds=tuple(kinds), k=k, asked=asked, by_code=by_code)
    chosen = task_settings(settings)
    return run_in_own_loop(lambda: made_tasks(Path(run), order, chosen, solvers, told))


def task_settings(given: Mapping[str, Any]) -> Settings:
    """The settings of models and limits, as of `synthesize`. Raises UsageError."""
    return load_settings(None, {**given, "scenario": "tasks"})


async def made_tasks(
    folder: Path,
    order: TaskOrder,
    settings: Settings,
    solvers: Sequence[str] = (),
    told: Told | None = None,
    *,
    sleep: Sleep = asyncio.sleep,
) -> TaskReport:
    """As `make_tasks`, inside an event loop."""
    _check(order, folder)
    roles, bench = _bench(order, settings, solvers)
    with (
        RunFolder(folder),
        plain_disk_errors(folder),
        Journal(folder / JOURNAL) as journal,
        run_traces(settings, folder) as traces,
    ):
        dialogues = _dialogues(folder)
        book = TaskBook(folder, journal, _fingerprint(order, settings, roles, dialogues))
        limits = settings.limits.model_copy(update={"concurrency": settings.at_once})
        async with Caller(
            roles, journal, limits=limits, timeout=settings.timeout, sleep=sleep
        ) as caller:
            meter = Meter()
            ready = bench(caller, meter)
            book.begin()
            states = await _each(dialogues, ready, book.write, settings.at_once, told, traces)
            book.end()
            stats = caller.stats.values()
    return task_report(folder, states, meter).model_copy(
        update={"calls": sum(s.live for s in stats), "replayed": sum(s.replayed for s in stats)}
    )


def _bench(
    order: TaskOrder, settings: Settings, solvers: Sequence[str]
) -> tuple[dict[str, ModelSpec], Callable[[Caller, Meter], Bench]]:
    """The models by role, and what the graph works with once there is a caller."""
    usual = settings.models((ROLE, "solvers"))
    named = [
        ModelSpec(name=name, base_url=None if name.startswith("local") else settings.base_url)
        for name in dict.fromkeys(solvers)
    ]
    solving, team = solver_team(named or [usual["solvers"]], order.k, order.asked)
    by_code = order.by_code
    if by_code is None:
        by_code = usual[ROLE].name.startswith("local")

    def bench(caller: Caller, meter: Meter) -> Bench:
        return Bench(
            caller=caller,
            team=team,
            seed=settings.seed,
            wanted=Wanted.of(order.n, order.kinds),
            by_code=bool(by_code),
            tries=order.tries,
            meter=meter,
        )

    return {ROLE: usual[ROLE], **solving}, bench


async def _each(
    dialogues: Sequence[Dialogue],
    bench: Bench,
    write: Callable[[State], None],
    at_once: int,
    told: Told | None,
    traces: Traces | None,
) -> list[State]:
    """The states in order; each is written as soon as those before it are."""
    room = asyncio.Semaphore(max(2, at_once))

    async def one(dialogue: Dialogue) -> State:
        async with room:
            with shared_work(traces, "tasks") as seen:
                seen.note(dialogue=dialogue.id)
                return await tasks_on(dialogue, bench)

    running = [asyncio.ensure_future(one(dialogue)) for dialogue in dialogues]
    states = []
    try:
        for done, task in enumerate(running, start=1):
            states.append(await task)
            write(states[-1])
            if told is not None:
                told(done, len(dialogues))
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return states


def _dialogues(folder: Path) -> list[Dialogue]:
    dialogues = list(read_dialogues(folder))
    twice = [name for name, times in Counter(d.id for d in dialogues).items() if times > 1]
    if twice:
        raise UsageError(f"{folder}: two dialogues have the id {twice[0]!r}; tasks name them by id")
    return dialogues


def _check(order: TaskOrder, folder: Path) -> None:
    for name, value, least, most in (("n", order.n, 1, 50), ("k", order.k, 1, 50)):
        if not least <= value <= most:
            raise UsageError(f"{name}: {value} is not between {least} and {most}")
    unknown = [kind for kind in order.kinds if kind not in KINDS]
    if unknown or not order.kinds:
        raise UsageError(f"kinds: choose of {' and '.join(KINDS)}, not {', '.join(unknown)}")
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a run folder; name one with dialogues.jsonl")


def _fingerprint(
    order: TaskOrder,
    settings: Settings,
    roles: Mapping[str, ModelSpec],
    dialogues: Sequence[Dialogue],
) -> str:
    """A hash of all that the bytes depend on."""
    prompts = {
        language: {
            name: version
            for name, version in prompt_versions(language).items()
            if name.startswith(("task_", "solve_"))
        }
        for language in ("en", "zh")
    }
    wanted = {
        "order": order.model_dump(),
        "seed": settings.seed,
        "models": {r: s.model_dump(exclude={"base_url"}) for r, s in roles.items()},
        "prompts": prompts,
        "dialogues": sha256("\n".join(d.to_line() for d in dialogues).encode()).hexdigest(),
    }
    return sha256(canonical(wanted).encode()).hexdigest()
