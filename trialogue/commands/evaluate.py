"""`trialogue evaluate PATH…`: measure and compare dialogues."""

import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypedDict

import typer

from trialogue.commands import options
from trialogue.commands.faults import INTERRUPTED, ended
from trialogue.commands.judging import judging_progress
from trialogue.commands.terminal import printable

if TYPE_CHECKING:
    from trialogue.agents.limits import Limits
    from trialogue.evaluating import Evaluation
    from trialogue.rating_agreement import Agreement

JUDGE = "Have dialogues rated by a model: coherence, fluency, diversity."


def evaluate(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", help="Run folders or files of dialogues."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="RATINGS", help="Dialogues with ratings; correlate metrics with them."
        ),
    ] = None,
    rating: Annotated[
        str | None,
        typer.Option(help="With --against: which rating [default: overall, or the only one]."),
    ] = None,
    metric: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A metric file of fit-metric; measure it too."),
    ] = None,
    metrics: Annotated[
        str | None, typer.Option(metavar="A,B", help="Only these metrics [default: all].")
    ] = None,
    tokenizer: Annotated[str, typer.Option(help="auto, word, zh_char or zh_word.")] = "auto",
    embedder: Annotated[str, typer.Option(help="local, hash or openai:MODEL.")] = "local",
    no_embedder: Annotated[
        bool, typer.Option("--no-embedder", help="Leave out what needs an embedder.")
    ] = False,
    judge: Annotated[bool, typer.Option("--judge", help=JUDGE)] = False,
    model: Annotated[
        str, typer.Option(help="The judge: provider:model, local, or local:FILE.gguf.")
    ] = "local",
    judge_model: Annotated[
        list[str] | None,
        typer.Option(metavar="MODEL", help="A judge; repeat for several, which are averaged."),
    ] = None,
    base_url: options.BaseUrl = None,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Model calls at once.")] = None,
    max_calls: Annotated[int | None, typer.Option(min=0, help="Most model calls.")] = None,
    reference: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Public dialogues; find copies of them."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End at the first dialogue that cannot be used.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where report.html goes [default: the run folder]."),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Measure dialogues, compare sets of them, or compare metrics with people's ratings."""
    names = [name.strip() for name in metrics.split(",") if name.strip()] if metrics else None
    used = None if no_embedder else embedder
    models = judge_model or ([model] if judge else [])
    shared = _Shared(
        metrics=names, tokenizer=tokenizer, embedder=used, strict=strict, metric=metric
    )
    _check_choice(paths or [], against, judged=bool(models))
    try:
        with redirect_stdout(sys.stderr):  # libraries may print; standard output is for the result
            fetch(used, models)
            if against is not None:
                found: Evaluation | Agreement = _against(against, rating, shared, report)
            else:
                asked = _Asked(models, base_url, concurrency, max_calls)
                found = _measured(paths or [], shared, asked, reference, report)
    except KeyboardInterrupt:
        ended("stopped; the same command goes on with the answers it has", INTERRUPTED)
    _print(found, as_json)


class _Shared(TypedDict):
    """What both ways of measuring take."""

    metrics: list[str] | None
    tokenizer: str
    embedder: str | None
    strict: bool
    metric: Path | None


class _Asked(NamedTuple):
    """The judges, and what they may use."""

    models: list[str]
    base_url: str | None
    concurrency: int | None
    calls: int | None

    @property
    def limits(self) -> "Limits":
        """As limits of a run."""
        from trialogue.agents.limits import Limits

        given = {"concurrency": self.concurrency, "calls": self.calls}
        return Limits.model_validate({k: v for k, v in given.items() if v is not None})


def _check_choice(paths: Sequence[Path], against: Path | None, *, judged: bool) -> None:
    from trialogue.errors import UsageError

    if against is None and not paths:
        raise UsageError("nothing to evaluate; name a run folder or a file, or --against RATINGS")
    if against is not None and (paths or judged):
        raise UsageError("--against takes its dialogues from RATINGS: leave out PATH and --judge")


def fetch(embedder: str | None, models: Sequence[str]) -> None:
    """Fetch the local model files that are missing, with a bar."""
    from trialogue import weights
    from trialogue.commands.downloads import download_progress
    from trialogue.model_files import wanted

    named = [(embedder, "embedder"), *((model, "chat") for model in models)]
    for name, kind in named:
        entry = wanted(name, kind) if name else None
        if entry is not None and weights.installed(entry) is None:
            with download_progress(entry.name) as progress:
                weights.fetch(entry, progress=progress)


def _against(
    ratings: Path, rating: str | None, shared: _Shared, report: Path | None
) -> "Agreement":
    from trialogue.rating_agreement import evaluate_against

    return evaluate_against(ratings, rating=rating, report=report, **shared)


def _measured(
    paths: Sequence[Path],
    shared: _Shared,
    asked: _Asked,
    reference: Path | None,
    report: Path | None,
) -> "Evaluation":
    from trialogue.evaluating import evaluate as measure

    with judging_progress() as told:
        return measure(
            *paths,
            **shared,
            reference=reference,
            judges=asked.models,
            base_url=asked.base_url,
            limits=asked.limits,
            report=report or _own_folder(paths[0]),
            told=told,
        )


def _own_folder(path: Path) -> Path | None:
    """The folder itself if it is that of a run."""
    from trialogue.run_folder import DIALOGUES

    return path if (path / DIALOGUES).is_file() else None


def _print(found: "Evaluation | Agreement", as_json: bool) -> None:
    from trialogue.commands.measures import as_data, told

    if as_json:
        typer.echo(json.dumps(as_data(found), ensure_ascii=False))
        return
    for line in told(found):
        typer.echo(printable(line))
