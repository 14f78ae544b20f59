"""`trialogue tasks RUN`: reasoning tasks with proved labels on the dialogues of a run."""

import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialogue.commands.faults import INTERRUPTED, ended
from trialogue.commands.judging import judging_progress
from trialogue.commands.options import AsJson, BaseUrl, Model
from trialogue.commands.task_options import (
    ByCode,
    Concurrency,
    Direct,
    Run,
    Seed,
    Solver,
    Takes,
)
from trialogue.commands.terminal import printable

if TYPE_CHECKING:
    from trialogue.settings import Settings
    from trialogue.task_making import TaskReport


def tasks(
    run: Run,
    n: Annotated[
        int, typer.Option("-n", help="Tasks of each kind for a dialogue; pairs for common sense.")
    ] = 2,
    kinds: Annotated[
        str, typer.Option(metavar="A,B", help="Which kinds: math, common_sense.")
    ] = "math,common_sense",
    model: Model = None,
    solver: Solver = None,
    k: Takes = 3,
    direct: Direct = False,
    by_code: ByCode = None,
    base_url: BaseUrl = None,
    seed: Seed = None,
    concurrency: Concurrency = None,
    max_calls: Annotated[int | None, typer.Option(min=0, help="Most model calls.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make reasoning tasks whose labels are proved; doubtful ones wait for a person."""
    from trialogue.task_making import task_settings

    settings = task_settings(
        {
            "model": model,
            "base_url": base_url,
            "seed": seed,
            "concurrency": concurrency,
            "calls": max_calls,
        }
    )
    order = {
        "n": n,
        "kinds": tuple(kind.strip() for kind in kinds.split(",") if kind.strip()),
        "k": k,
        "asked": "direct" if direct else "steps",
        "by_code": by_code,
    }
    found = _made(run, order, settings, solver or [])
    figures = as_data(found)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    for line in told(figures):
        typer.echo(printable(line))


def _made(
    run: Path, order: dict[str, Any], settings: "Settings", solvers: Sequence[str]
) -> "TaskReport":
    from pydantic import ValidationError

    from trialogue.commands.downloads import fetch_chat_models
    from trialogue.errors import UsageError
    from trialogue.own_loop import run_in_own_loop
    from trialogue.task_making import KINDS, TaskOrder, made_tasks

    try:
        wanted = TaskOrder.model_validate(order)
    except ValidationError as error:
        raise UsageError(f"--kinds: choose of {' and '.join(KINDS)}") from error
    names = [spec.name for spec in settings.models(("task_writer", "solvers")).values()]
    try:
        with redirect_stdout(sys.stderr):  # libraries may print; standard output is for the result
            fetch_chat_models((*names, *solvers))
            with judging_progress("making tasks") as heard:
                return run_in_own_loop(lambda: made_tasks(run, wanted, settings, solvers, heard))
    except KeyboardInterrupt:
        ended("stopped; the same command goes on with the answers it has", INTERRUPTED)


def as_data(found: "TaskReport") -> dict[str, Any]:
    """What came of it, for machines."""
    from trialogue.task_making import KINDS, REJECTED, TASKS

    folder = Path(found.folder)
    return {
        "file": str(folder / TASKS),
        "rejected_file": str(folder / REJECTED),
        "dialogues": found.dialogues,
        "verified": {kind: found.count(kind) for kind in KINDS},
        "needs_review": {kind: found.count(kind, "needs_review") for kind in KINDS},
        "needs_review_for": found.unsettled,
        "rejected": found.rejected,
        "rejected_for": found.refused,
        "without": found.without,
        "yes_share": found.yes_share,
        "accuracy": None if found.accuracy is None else round(found.accuracy, 4),
        "missing_answers": found.missing,
        "calls": found.calls,
        "replayed": found.replayed,
        "tokens": found.usage.input_tokens + found.usage.output_tokens,
    }


def told(figures: dict[str, Any]) -> list[str]:
    """What came of it, for people."""
    rows = {
        "dialogues": f"{figures['dialogues']:,}{_without(figures['without'])}",
        "verified": _by_kind(figures["verified"]),
        "for a person": _by_kind(figures["needs_review"]) + _why(figures["needs_review_for"]),
        "rejected": f"{figures['rejected']:,}{_why(figures['rejected_for'])}",
        "yes share": _share(figures["yes_share"]),
        "solvers right": _share(figures["accuracy"]) + _missing(figures["missing_answers"]),
        "model calls": f"{figures['calls']:,} (and {figures['replayed']:,} from the journal)",
        "file": figures["file"],
    }
    width = max(map(len, rows)) + 2
    lines = [f"{name:<{width}}{value}" for name, value in rows.items()]
    few = list(figures["without"].items())[:3]
    return lines + [f"{'':<{width}}{name}: {why}" for name, why in few]


def _by_kind(counts: dict[str, int]) -> str:
    kinds = ", ".join(f"{count:,} {kind.replace('_', '-')}" for kind, count in counts.items())
    return f"{sum(counts.values()):,} ({kinds})"


def _why(reasons: dict[str, int]) -> str:
    told = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in reasons.items())
    return f": {told}" if told else ""


def _without(without: dict[str, str]) -> str:
    return f", {len(without):,} without a task" if without else ""


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _missing(count: int) -> str:
    return f", {count:,} answers missing" if count else ""
