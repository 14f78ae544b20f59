"""What works on whole sets of dialogues, as a LangGraph server offers it (see `served`).

Tasks, their refinement and an optimisation are asked for as the commands of these names are, with
the dialogues and tasks in the request instead of in a folder; models and limits come from
`trialogue.yaml`. How far the work is, is streamed as custom events.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

from langgraph.config import get_stream_writer
from pydantic import BaseModel, ConfigDict, Field

from trialogue.errors import ShortRun
from trialogue.graphs import optimisation as optimisation_graph
from trialogue.graphs import refinement as refinement_graph
from trialogue.graphs import tasks as tasks_graph
from trialogue.optimizing import Standing, found, planned
from trialogue.recipe_file import RECIPE
from trialogue.records import Dialogue, ReasoningTask, Record, TaskKind
from trialogue.refining import RefineOrder, refined
from trialogue.run_folder import DIALOGUES
from trialogue.search_plan import Extent
from trialogue.served import Answer, Place, alone, answer, one_node, served_settings
from trialogue.settings import Settings
from trialogue.task_making import KINDS, TaskOrder, made_tasks
from trialogue.task_sets import TASKS, read_task_set

Steps = Annotated[int, Field(ge=1, le=50)]
Work = Callable[[Any, Settings, Path], Awaitable[dict[str, Any]]]
_HERE = {"folder", "file", "report", "recipe"}  # paths of the server


class WorkRequest(BaseModel):
    """The dialogues that are worked on, and the seed."""

    model_config = ConfigDict(extra="forbid")

    dialogues: tuple[Dialogue, ...] = Field(min_length=1)
    seed: int | None = Field(default=None, ge=0)


class TasksRequest(WorkRequest):
    """How many tasks of which kinds on each dialogue, and how often each is solved."""

    n: Steps = 2
    kinds: tuple[TaskKind, ...] = Field(default=KINDS, min_length=1)
    k: Steps = 3
    by_code: bool | None = None


class RefinementRequest(WorkRequest):
    """The tasks on the dialogues, and how often the easy ones are replaced."""

    tasks: tuple[ReasoningTask, ...] = Field(min_length=1)
    rounds: Steps = 8
    k: Steps = 3
    by_code: bool | None = None


class OptimisationRequest(Place):
    """How far to search, for which controls."""

    extent: Extent = Extent()
    controls: tuple[str, ...] = ()


def tasks() -> Any:
    """Makes tasks with proved labels: `tasks`, `rejected`, and the report's figures."""
    return _served(tasks_graph, TasksRequest, _tasks)


def refinement() -> Any:
    """Replaces easy tasks by harder ones: `tasks`, and the curve in `generations`."""
    return _served(refinement_graph, RefinementRequest, _refinement)


def optimisation() -> Any:
    """Tunes metrics and controls for a scenario: `recipe`, `candidates`, `table` and more."""
    return _served(optimisation_graph, OptimisationRequest, _optimisation)


def _served(module: Any, request: type[BaseModel], work: Work) -> Any:
    kind = f"{module.__name__.rpartition('.')[2]}-"

    async def run(asked: Any) -> Answer:
        scenario = asked.scenario if isinstance(asked, Place) else "tasks"
        given = {"scenario": scenario, "seed": asked.seed}
        settings = served_settings(given, kind, asked.model_dump_json())
        folder = Path(settings.out or "")
        async with alone(folder):
            return answer(await work(asked, settings, folder))

    return one_node(module, request, run)


async def _tasks(asked: TasksRequest, settings: Settings, folder: Path) -> dict[str, Any]:
    write = get_stream_writer()
    _write(folder / DIALOGUES, asked.dialogues)
    order = TaskOrder(n=asked.n, kinds=asked.kinds, k=asked.k, by_code=asked.by_code)
    report = await made_tasks(
        folder, order, settings, told=lambda done, of: write({"done": done, "of": of})
    )
    return report.model_dump(exclude=_HERE)


async def _refinement(asked: RefinementRequest, settings: Settings, folder: Path) -> dict[str, Any]:
    write = get_stream_writer()
    if not (folder / DIALOGUES).exists():  # a refined set is gone on with, not begun anew
        _write(folder / TASKS, asked.tasks)
        _write(folder / DIALOGUES, asked.dialogues)
    order = RefineOrder(rounds=asked.rounds, k=asked.k, by_code=asked.by_code)
    result = await refined(folder, order, settings, lambda one: write(one.model_dump(mode="json")))
    tasks = [posed.task for posed in read_task_set(folder / TASKS, run=folder).tasks]
    return {**result.model_dump(exclude=_HERE), "tasks": tasks}


async def _optimisation(
    asked: OptimisationRequest, settings: Settings, folder: Path
) -> dict[str, Any]:
    write, loop = get_stream_writer(), asyncio.get_running_loop()

    def tell(standing: Standing) -> None:
        loop.call_soon_threadsafe(write, standing._asdict())

    def searched() -> Any:
        given = settings.model_dump(exclude_unset=True)
        extent, controls = asked.extent, asked.controls
        plan = planned(settings.scenario, None, given, extent=extent, controls=controls)
        try:
            return found(plan, tell)
        except ShortRun as short:
            return short.result

    result = await asyncio.to_thread(searched)
    recipe = folder / RECIPE
    kept = json.loads(recipe.read_text("utf-8")) if recipe.is_file() else None
    return {**result.model_dump(exclude=_HERE), "recipe": kept}


def _write(file: Path, records: Iterable[Record]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{one.to_line()}\n" for one in records), encoding="utf-8")
