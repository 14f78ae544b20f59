"""`trialogue synthesize SCENARIO`: dialogues from a scenario."""

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialogue.commands import options
from trialogue.commands.faults import INTERRUPTED, ended
from trialogue.commands.terminal import printable, watched

if TYPE_CHECKING:
    from trialogue.run import Result
    from trialogue.settings import Settings


def synthesize(
    scenario: options.Scenario,
    n: Annotated[int | None, typer.Option("-n", "--count", help="Dialogues wanted.")] = None,
    config: options.Config = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="The run folder [default: under runs].")
    ] = None,
    concurrency: options.Concurrency = None,
    seed: options.Seed = None,
    embedder: options.Embedder = None,
    documents: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="A file or folder with rules; may be repeated."),
    ] = None,
    search: Annotated[
        str | None, typer.Option(metavar="NAME", help="A web search provider, such as ddgs.")
    ] = None,
    mode: options.Mode = None,
    control: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="A control: 0.8, a range 0..1, a grid 1|3|5; repeatable."
        ),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Controls that belong together.")
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(metavar="FILE", help="What an optimisation found: recipe.json.")
    ] = None,
    personas: Annotated[
        str | None, typer.Option(metavar="FILE", help="Who users are: a file or a plugin.")
    ] = None,
    toolset: Annotated[
        str | None, typer.Option(metavar="FILE", help="Tools of the assistant, with their data.")
    ] = None,
    continues: Annotated[
        str | None, typer.Option("--continue", metavar="FILE", help="Dialogues to go on from.")
    ] = None,
    at_turn: Annotated[
        int | None, typer.Option(help="As many turns of them are kept [default: all].")
    ] = None,
    goal: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="What the user wants; repeatable.")
    ] = None,
    accept: Annotated[
        str | None, typer.Option(metavar="valid", help="Replace dialogues that do not hold.")
    ] = None,
    rounds: options.Rounds = None,
    max_calls: Annotated[int | None, typer.Option(help="Most model calls.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Most tokens, both ways.")] = None,
    max_seconds: Annotated[float | None, typer.Option(help="Most seconds.")] = None,
    requests_per_minute: Annotated[float | None, typer.Option(help="Most requests a minute.")] = (
        None
    ),
    otlp: Annotated[
        str | None, typer.Option(metavar="URL", help="An OpenTelemetry endpoint for traces.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show conversations as they are written.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Make dialogues; the same command again goes on."""
    from trialogue.settings import load_settings

    given = {
        "scenario": scenario,
        "n": n,
        "model": model,
        "base_url": base_url,
        "out": out,
        "concurrency": concurrency,
        "seed": seed,
        "embedder": embedder,
        "documents": documents or None,
        "search": search,
        "mode": mode,
        "controls": control or None,
        "preset": preset,
        "recipe": recipe,
        "personas": personas,
        "toolset": toolset,
        "continues": continues,
        "at_turn": at_turn,
        "goals": goal or None,
        "accept": accept,
        "rounds": rounds,
        "calls": max_calls,
        "tokens": max_tokens,
        "wall_seconds": max_seconds,
        "requests_per_minute": requests_per_minute,
        "otlp": otlp,
    }
    _make(load_settings(config, given), as_json, watch=watch)


def _make(settings: "Settings", as_json: bool, *, watch: bool) -> None:
    from trialogue.errors import ShortRun
    from trialogue.run import Result

    try:
        with redirect_stdout(sys.stderr):  # plugins may print; standard output is for the result
            result = _made(settings, watch=watch)
    except ShortRun as error:
        if isinstance(error.result, Result):
            _print(error.result, as_json, error=str(error))
        raise
    _print(result, as_json)


def _made(settings: "Settings", *, watch: bool) -> "Result":
    from trialogue.services import check

    folder = check(settings)
    try:
        fetch_models(settings, folder)
        return _run(settings, watch=watch)
    except KeyboardInterrupt:
        ended(f"stopped; the same command goes on with what is in {folder}", INTERRUPTED)


def _run(settings: "Settings", *, watch: bool) -> "Result":
    import asyncio

    from trialogue.run import run

    if watch:
        from trialogue.commands.watching import shown_conversations

        with shown_conversations() as watcher:
            return asyncio.run(run(settings, watcher))
    if not watched():
        return asyncio.run(run(settings))
    from trialogue.commands.progress import shown_progress

    with shown_progress() as watcher:
        return asyncio.run(run(settings, watcher))


def fetch_models(settings: "Settings", folder: Path) -> None:
    """Fetch what is missing before the event loop starts: there an interrupt would have to wait.

    A folder with a journal may not need its chat models again; if it does, the run fetches them.
    """
    from trialogue import model_files
    from trialogue.commands.downloads import download_progress

    fresh = not (folder / "journal.sqlite").exists()
    for entry in model_files.missing(settings, chat=fresh):
        with download_progress(entry.name) as progress:
            model_files.fetch(entry, progress=progress)


def _print(result: "Result", as_json: bool, **more: Any) -> None:
    from trialogue.commands.summary import figures, told

    found = figures(result)
    if as_json:
        typer.echo(json.dumps({**found, **more}, ensure_ascii=False))
        return
    for line in told(found):
        typer.echo(printable(line))
