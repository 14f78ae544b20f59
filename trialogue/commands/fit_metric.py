"""`trialogue fit-metric RATINGS --out FILE`: a metric that agrees with people."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialogue.commands.terminal import printable, watched

if TYPE_CHECKING:
    from trialogue.metric_fitting import FittedMetric


def fit_metric(
    ratings: Annotated[
        Path, typer.Argument(metavar="RATINGS", help="A file of dialogues with ratings.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the metric file goes.")],
    rating: Annotated[
        str | None, typer.Option(help="Which rating [default: overall, or the only one].")
    ] = None,
    leaves: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Only these base metrics as leaves, or all."),
    ] = None,
    folds: Annotated[int, typer.Option(help="Parts of the cross-validation.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other folds.")] = 0,
    tokenizer: Annotated[str, typer.Option(help="auto, word, zh_char or zh_word.")] = "auto",
    embedder: Annotated[str, typer.Option(help="local, hash or openai:MODEL.")] = "local",
    no_embedder: Annotated[
        bool, typer.Option("--no-embedder", help="Leave out what needs an embedder.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End at the first dialogue that cannot be used.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Fit a metric to people's ratings, and say by cross-validation what it is worth."""
    from trialogue.commands.evaluate import fetch
    from trialogue.metric_fitting import fit_metric as fit

    names = [name.strip() for name in leaves.split(",") if name.strip()] if leaves else None
    used = None if no_embedder else embedder
    with redirect_stdout(sys.stderr):  # libraries may print; standard output is for the result
        fetch(used, [])
        with _steps() as told:
            found = fit(
                ratings, out=out, rating=rating, leaves=names, folds=folds, seed=seed,
                tokenizer=tokenizer, embedder=used, strict=strict, told=told,
            )  # fmt: skip
    if as_json:
        typer.echo(json.dumps(found.data(), ensure_ascii=False))
        return
    for line in _told(found):
        typer.echo(printable(line))


@contextmanager
def _steps() -> Iterator[Callable[[str], None]]:
    if not watched():
        yield lambda step: None
        return
    from trialogue.commands.steps import shown_steps

    with shown_steps("reading the ratings") as told:
        yield told


def _told(found: "FittedMetric") -> Iterator[str]:
    from trialogue.commands.measures import lines, unread
    from trialogue.evaluation.report.agreement import fold_table

    yield from lines(fold_table(found.rating, found.cross_validation))
    yield ""
    training = "not defined" if found.training is None else f"{found.training:.3f}"
    yield f"fitted to all {found.rated:,}: {found.nodes} nodes, {training} where it was fitted"
    yield found.formula
    if found.guessed:
        yield f"{found.guessed} dialogues have turns without a speaker, read in turn"
    yield from unread(found.unread)
    yield f"metric: {found.file}"
