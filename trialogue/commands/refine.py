"""`trialogue refine RUN`: easy reasoning tasks give way to harder ones, round for round."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialogue.commands.faults import INTERRUPTED, ended
from trialogue.commands.options import AsJson, BaseUrl, Embedder, Model
from trialogue.commands.task_options import (
    ByCode,
    Concurrency,
    Direct,
    Run,
    Seed,
    Solver,
    Takes,
)
from trialogue.commands.terminal import printable, watched

if TYPE_CHECKING:
    from trialogue.evaluation.refined import Generation, Refined
    from trialogue.records.task import Asked
    from trialogue.refining import RefineOrder, Told
    from trialogue.settings import Settings


def refine(
    run: Run,
    rounds: Annotated[int, typer.Option(metavar="R", help="Most rounds.")] = 8,
    budget_calls: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Most model calls, all sessions.")
    ] = None,
    model: Model = None,
    solver: Solver = None,
    k: Takes = 3,
    direct: Direct = False,
    by_code: ByCode = None,
    base_url: BaseUrl = None,
    embedder: Embedder = None,
    seed: Seed = None,
    concurrency: Concurrency = None,
    as_json: AsJson = False,
) -> None:
    """Replace tasks that all solvers solve by harder ones, until none is left or at the budget."""
    from trialogue.refining import RefineOrder
    from trialogue.task_making import task_settings

    settings = task_settings(
        {
            "model": model,
            "base_url": base_url,
            "embedder": embedder,
            "seed": seed,
            "concurrency": concurrency,
            "calls": budget_calls,
        }
    )
    asked: Asked = "direct" if direct else "steps"
    found = _found(run, RefineOrder(rounds, solver or (), k, asked, by_code), settings)
    if as_json:
        typer.echo(json.dumps(as_data(found), ensure_ascii=False))
        return
    for line in told(found):
        typer.echo(printable(line))


def _found(run: Path, order: "RefineOrder", settings: "Settings") -> "Refined":
    from trialogue.commands.downloads import fetch_chat_models
    from trialogue.own_loop import run_in_own_loop
    from trialogue.refining import refined

    names = [spec.name for spec in settings.models(("task_writer", "solvers")).values()]
    try:
        with redirect_stdout(sys.stderr):  # libraries may print; standard output is for the result
            fetch_chat_models((*names, *order.solvers))
            with _progress() as heard:
                return run_in_own_loop(lambda: refined(run, order, settings, heard))
    except KeyboardInterrupt:
        ended("stopped; the same command goes on with the answers it has", INTERRUPTED)


@contextmanager
def _progress() -> "Iterator[Told | None]":
    """One line that says how far it is, where a person sees it."""
    if not watched():
        yield None
        return
    from trialogue.commands.steps import shown_steps

    with shown_steps() as show:
        yield lambda one: show(shown(one))


def shown(one: "Generation") -> str:
    """A generation on one line."""
    return (
        f"generation {one.number} · {one.tasks:,} tasks · easy {one.easy_share:.1%} · "
        f"hard {one.hard_share:.1%} · {one.calls:,} calls"
    )


def as_data(found: "Refined") -> dict[str, Any]:
    """What came of it, for machines."""
    shares = [
        {**one.model_dump(), "easy_share": one.easy_share, "hard_share": one.hard_share}
        for one in found.generations
    ]
    return {**found.model_dump(mode="json"), "generations": shares}


def told(found: "Refined") -> Iterator[str]:
    """What came of it, for people."""
    from trialogue.commands.measures import lines
    from trialogue.evaluation.report import refinement as report

    yield from (*lines(report.generations_table(found)), "")
    yield report.told(found)
    if found.for_a_person:
        yield f"for a person: {found.for_a_person:,} tasks; see trialogue review"
    yield f"model calls now: {found.calls:,} (and {found.replayed:,} from the journal)"
    yield f"tasks: {found.file}"
    yield f"report: {found.report}"
