"""`trialogue benchmark PATH --model A --model B`: how well models answer reasoning tasks."""

import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialogue.commands.faults import INTERRUPTED, ended
from trialogue.commands.judging import judging_progress
from trialogue.commands.terminal import printable

if TYPE_CHECKING:
    from trialogue.evaluation.benchmark import Benchmark


def benchmark(
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="A run folder, an export, or a file of tasks."),
    ],
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="MODEL", help="A model; repeat for several [default: local]."),
    ] = None,
    asked: Annotated[str, typer.Option(metavar="A,B", help="How: direct, steps.")] = "direct,steps",
    limit: Annotated[
        int | None, typer.Option(metavar="N", help="Only N tasks, drawn by --seed.")
    ] = None,
    answer_tokens: Annotated[
        int | None,
        typer.Option(metavar="N", help="Most tokens of an answer [default: 40 direct, 700 steps]."),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="An OpenAI-compatible server.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="A YAML file of settings: limits, prices.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where answers and report go [default: the run folder]."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another draw of tasks.")] = None,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Model calls at once.")] = None,
    max_calls: Annotated[int | None, typer.Option(min=0, help="Most model calls.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Have models answer reasoning tasks: accuracy by kind with intervals, beside baselines."""
    given = {"base_url": base_url, "seed": seed, "concurrency": concurrency, "calls": max_calls}
    ways = [way.strip() for way in asked.split(",") if way.strip()]
    order = (model or ["local"], ways, limit, answer_tokens, out)
    found = _found(path, order, given, config)
    if as_json:
        typer.echo(found.model_dump_json())
        return
    for line in told(found):
        typer.echo(printable(line))


def _found(
    path: Path, wanted: tuple[Any, ...], given: dict[str, Any], config: Path | None
) -> "Benchmark":
    from trialogue.benchmarking import benchmark_settings, benchmarked
    from trialogue.commands.downloads import fetch_chat_models
    from trialogue.own_loop import run_in_own_loop
    from trialogue.task_answers import Order

    order, settings = Order(*wanted), benchmark_settings(given, config)
    try:
        with redirect_stdout(sys.stderr):  # libraries may print; standard output is for the result
            fetch_chat_models(order.models)
            with judging_progress("answering tasks") as heard:
                return run_in_own_loop(lambda: benchmarked(path, order, settings, heard))
    except KeyboardInterrupt:
        ended("stopped; the same command goes on with the answers it has", INTERRUPTED)


def told(found: "Benchmark") -> Iterator[str]:
    """What came of it, for people."""
    from trialogue.commands.measures import lines, unread
    from trialogue.evaluation.report.benchmark import accuracy_table, described

    yield f"{found.name}: {described(found)}"
    if found.left_out:
        yield f"left out: {found.left_out:,} tasks whose label does not stand"
    yield from unread(found.unread)
    yield from ("", *lines(accuracy_table(found)), "")
    if found.unsolved:
        yield f"tasks that no model answered rightly: {len(found.unsolved):,}"
    yield f"model calls: {found.calls:,} (and {found.replayed:,} from the journal)"
    yield f"answers: {found.answers}"
    yield f"report: {found.report}"
