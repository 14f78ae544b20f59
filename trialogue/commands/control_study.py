"""`trialogue control-study SCENARIO`: whether controls are followed (paper C's studies)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialogue.commands.comparing import compared, given_settings
from trialogue.commands.terminal import printable

if TYPE_CHECKING:
    from trialogue.evaluation.control_study import ControlStudy


def control_study(
    scenario: Annotated[str, typer.Argument(help="A name, a YAML file, or a sentence.")],
    control: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[=A|B]", help="A control, perhaps with its levels; repeatable."),
    ] = None,
    levels: Annotated[
        str, typer.Option(metavar="N|A|B", help="How many levels, or which, such as '0|0.5|1'.")
    ] = "5",
    n: Annotated[int | None, typer.Option("-n", "--count", help="Dialogues a level.")] = None,
    config: Annotated[Path | None, typer.Option(help="A YAML file of settings.")] = None,
    model: Annotated[
        str | None, typer.Option(help="provider:model, local, or local:FILE.gguf.")
    ] = None,
    judge_model: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Names the topics [default: --model].")
    ] = None,
    no_topics: Annotated[bool, typer.Option("--no-topics", help="Name no topics.")] = False,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="An OpenAI-compatible server.")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Where runs and report go [default: under runs]."),
    ] = None,
    concurrency: Annotated[int | None, typer.Option(help="Model calls at once.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed, other dialogues.")] = None,
    embedder: Annotated[str | None, typer.Option(help="local, hash or openai:MODEL.")] = None,
    mode: Annotated[
        str | None,
        typer.Option(metavar="task|user", help="One thing after the other, or a goal in parts."),
    ] = None,
    rounds: Annotated[int | None, typer.Option(help="Most rounds in a dialogue.")] = None,
    max_calls: Annotated[int | None, typer.Option(help="Most model calls of one run.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Make dialogues at several levels of controls and measure whether the levels come out."""
    from trialogue.control_studying import COUNT, found, planned

    given = given_settings(
        judge_model,
        n=n if n is not None or config else COUNT,
        model=model,
        base_url=base_url,
        out=out,
        concurrency=concurrency,
        seed=seed,
        embedder=embedder,
        mode=mode,
        rounds=rounds,
        calls=max_calls,
    )
    plan = planned(scenario, control or [], levels, config, given, topics=not no_topics)
    first = plan.run(next(plan.places()))
    study = compared(plan.base, first, lambda watcher: found(plan, watcher))
    if as_json:
        typer.echo(json.dumps(study.data(), ensure_ascii=False))
        return
    for line in _told(study):
        typer.echo(printable(line))


def _told(found: "ControlStudy") -> Iterator[str]:
    from trialogue.commands.measures import lines
    from trialogue.evaluation.report.controls import level_table, trend_table, verdict_table

    yield from (*lines(verdict_table(found.studies)), "")
    for study in found.studies:
        yield from (*lines(level_table(study)), "")
    yield from (*lines(trend_table(found.studies)), "")
    yield f"runs: {found.folder}"
    yield f"report: {found.report}"
