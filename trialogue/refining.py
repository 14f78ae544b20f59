"""Refines the tasks of a run: `trialogue refine` and its twin in Python (R §4.3, METHOD §5)."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from trialogue.agents.caller import Caller, Meter, ModelSpec
from trialogue.agents.prompt import prompt_versions
from trialogue.agents.session import Sleep
from trialogue.agents.task_writer import ROLE
from trialogue.disk_errors import plain_disk_errors
from trialogue.errors import UsageError
from trialogue.evaluation.reasoning.solving import Solver, solver_team
from trialogue.evaluation.refined import Generation, Refined
from trialogue.evaluation.report import put_section, refinement, report_title
from trialogue.generations import Generations
from trialogue.graphs.refinement import refined_set
from trialogue.graphs.task_bench import Bench
from trialogue.graphs.workshop import State, Workshop
from trialogue.memory.chroma import close_chroma, open_chroma
from trialogue.memory.embedders import Embedder, EndpointEmbedder, make_embedder
from trialogue.memory.hard_tasks import HardTasks
from trialogue.memory.journal import Journal
from trialogue.memory.kept_embedder import KeptEmbedder
from trialogue.own_loop import run_in_own_loop
from trialogue.records.task import Asked
from trialogue.run_folder import RunFolder
from trialogue.run_traces import run_traces, shared_work
from trialogue.settings import Settings
from trialogue.task_making import task_settings
from trialogue.task_sets import TASKS

JOURNAL, MEMORY = "refine.sqlite", "memory/hard_tasks"
Told = Callable[[Generation], None]


class RefineOrder(NamedTuple):
    """How a set is refined; as `refine`."""

    rounds: int = 8
    solvers: Sequence[str] = ()
    k: int = 3
    asked: Asked = "steps"
    by_code: bool | None = None


def refine(
    run: str | os.PathLike[str],
    *,
    rounds: int = 8,
    budget_calls: int | None = None,
    solvers: Sequence[str] = (),
    k: int = 3,
    asked: Asked = "steps",
    by_code: bool | None = None,
    told: Told | None = None,
    **settings: Any,
) -> Refined:
    """Replace the easy tasks of a run's folder by harder ones, round for round (R §4.3).

    Easy are those that all `solvers` solve (by default that of `model`; `k` answers to each task).
    For each the hard task that is most similar to its dialogue is the example of a new one, which
    goes through the same proof and the same solvers. It ends when no task is easy, after `rounds`
    rounds, or when `budget_calls` model calls were made, and says which. `by_code` has code draw
    derivations with more steps and the model only word the questions; None means for local
    models. `settings` are those of `synthesize` that concern models: `model`, `base_url`, `roles`,
    `seed`, `embedder`, limits. `told` hears of every generation.

    `tasks.jsonl` then holds the refined set, `generations/` those of all rounds, and the report
    the curve. The same call again asks nothing twice and gives the same bytes; with more rounds
    or budget it goes on. Raises UsageError for what the caller can mend.
    """
    order = RefineOrder(rounds, tuple(solvers), k, asked, by_code)
    chosen = task_settings({**settings, "calls": budget_calls})
    return run_in_own_loop(lambda: refined(Path(run), order, chosen, told))


async def refined(
    folder: Path,
    order: RefineOrder,
    settings: Settings,
    told: Told | None = None,
    *,
    sleep: Sleep = asyncio.sleep,
) -> Refined:
    """As `refine`, inside an event loop."""
    _check(order, folder)
    roles, team = _models(order, settings)
    by_code = order.by_code
    if by_code is None:
        by_code = roles[ROLE].name.startswith("local")
    with (
        RunFolder(folder),
        plain_disk_errors(folder),
        Journal(folder / JOURNAL) as journal,
        run_traces(settings, folder) as traces,
    ):
        files = Generations(folder, journal, _depends(order, settings, roles, by_code))
        posed = files.read()
        limits = settings.limits.model_copy(update={"concurrency": settings.at_once})
        async with Caller(
            roles, journal, limits=limits, timeout=settings.timeout, sleep=sleep
        ) as caller:
            bench = Bench(caller, team, seed=settings.seed, by_code=by_code, meter=Meter())
            with _hard_tasks(folder / MEMORY, settings, journal) as hard:
                workshop = Workshop(
                    bench=bench,
                    dialogues={one.dialogue.id: one.dialogue for one in posed},
                    hard=hard,
                    rounds=order.rounds,
                    first=max(one.task.generation for one in posed),
                    at_once=max(2, settings.at_once),
                    told=told or (lambda _: None),
                )
                with shared_work(traces, "refinement"):
                    state = await refined_set(tuple(one.task for one in posed), workshop)
        waiting = [task for group in state.get("waiting", {}).values() for task in group]
        files.write(workshop.first, state["sets"], waiting)
        found = _result(files.file, order, settings, state, bench)
        found = found.model_copy(update=_counts(caller))
        page = put_section(folder, refinement.section(found), title=report_title(folder))
    return found.model_copy(update={"report": str(page)})


def _check(order: RefineOrder, folder: Path) -> None:
    for name, value, most in (("rounds", order.rounds, 100), ("k", order.k, 50)):
        if not 1 <= value <= most:
            raise UsageError(f"{name}: {value} is not between 1 and {most}")
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a run folder; name one with {TASKS}")


def _models(
    order: RefineOrder, settings: Settings
) -> tuple[dict[str, ModelSpec], Sequence[Solver]]:
    """The models by role, and the solvers."""
    usual = settings.models((ROLE, "solvers"))
    named = [
        ModelSpec(name=name, base_url=None if name.startswith("local") else settings.base_url)
        for name in dict.fromkeys(order.solvers)
    ]
    solving, team = solver_team(named or [usual["solvers"]], order.k, order.asked)
    return {ROLE: usual[ROLE], **solving}, team


def _depends(
    order: RefineOrder, settings: Settings, roles: Mapping[str, ModelSpec], by_code: bool
) -> dict[str, Any]:
    """All that a refinement depends on besides the tasks, rounds and budget."""
    return {
        "k": order.k,
        "asked": order.asked,
        "by_code": by_code,
        "seed": settings.seed,
        "embedder": settings.embedder,
        "models": {role: s.model_dump(exclude={"base_url"}) for role, s in roles.items()},
        "prompts": {
            language: {
                name: version
                for name, version in prompt_versions(language).items()
                if name.startswith(("task_", "solve_"))
            }
            for language in ("en", "zh")
        },
    }


@contextmanager
def _hard_tasks(folder: Path, settings: Settings, journal: Journal) -> Iterator[HardTasks]:
    """K_P, empty; it stays in the folder."""
    embedder: Embedder = make_embedder(settings.embedder, base_url=settings.embedder_base_url)
    if isinstance(embedder, EndpointEmbedder):
        embedder = KeptEmbedder(embedder, journal)
    folder.mkdir(parents=True, exist_ok=True)
    client = open_chroma(folder)
    try:
        yield HardTasks(client, embedder)
    finally:
        close_chroma(client)


def _result(
    file: Path, order: RefineOrder, settings: Settings, state: State, bench: Bench
) -> Refined:
    assert state["ended"] is not None
    solvers = [solver.model for solver in bench.team]
    tasks = [*state["tasks"], *(t for g in state.get("waiting", {}).values() for t in g)]
    return Refined(
        folder=str(file.parent),
        file=str(file),
        generations=state["history"],
        ended=state["ended"],
        rounds=order.rounds,
        budget=settings.limits.calls,
        solvers=tuple(solvers),
        for_a_person=sum(task.status == "needs_review" for task in tasks),
        usage=bench.meter.usage,
    )


def _counts(caller: Caller) -> dict[str, int]:
    stats = caller.stats.values()
    return {"calls": sum(s.live for s in stats), "replayed": sum(s.replayed for s in stats)}
