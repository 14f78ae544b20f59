"""`trialogue control-study SCENARIO`: whether controls are followed (paper C's studies)."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from trialogue.commands.comparing import compared, given_settings
from trialogue.commands.options import (
    AsJson,
    BaseUrl,
    Concurrency,
    Config,
    Embedder,
    JudgeModel,
    MaxCalls,
    Mode,
    Model,
    Rounds,
    RunsOut,
    Scenario,
    Seed,
)
from trialogue.commands.terminal import printable

if TYPE_CHECKING:
    from trialogue.evaluation.control_study import ControlStudy


def control_study(
    scenario: Scenario,
    control: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[=A|B]", help="A control, perhaps with its levels; repeatable."),
    ] = None,
    levels: Annotated[
        str, typer.Option(metavar="N|A|B", help="How many levels, or which, such as '0|0.5|1'.")
    ] = "5",
    n: Annotated[int | None, typer.Option("-n", "--count", help="Dialogues a level.")] = None,
    config: Config = None,
    model: Model = None,
    judge_model: JudgeModel = None,
    no_topics: Annotated[bool, typer.Option("--no-topics", help="Name no topics.")] = False,
    base_url: BaseUrl = None,
    out: RunsOut = None,
    concurrency: Concurrency = None,
    seed: Seed = None,
    embedder: Embedder = None,
    mode: Mode = None,
    rounds: Rounds = None,
    max_calls: MaxCalls = None,
    as_json: AsJson = False,
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
