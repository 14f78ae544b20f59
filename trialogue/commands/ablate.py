"""`trialogue ablate SCENARIO`: what users know, compared (paper R, table 4)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialogue.commands.comparing import compared, given_settings
from trialogue.commands.terminal import printable

if TYPE_CHECKING:
    from trialogue.evaluation.ablation import Ablation


def ablate(
    scenario: Annotated[str, typer.Argument(help="A name, a YAML file, or a sentence.")],
    n: Annotated[int | None, typer.Option("-n", "--count", help="Dialogues a condition.")] = None,
    config: Annotated[Path | None, typer.Option(help="A YAML file of settings.")] = None,
    model: Annotated[
        str | None, typer.Option(help="provider:model, local, or local:FILE.gguf.")
    ] = None,
    judge_model: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Names the topics [default: --model].")
    ] = None,
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
    rounds: Annotated[int | None, typer.Option(help="Most rounds in a dialogue.")] = None,
    max_calls: Annotated[int | None, typer.Option(help="Most model calls of one run.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Compare users who know the scenario, who they are, or what they did."""
    from trialogue.ablating import COUNT, WHOLE, ablated, planned

    given = given_settings(
        judge_model,
        n=n if n is not None or config else COUNT,
        model=model,
        base_url=base_url,
        out=out,
        concurrency=concurrency,
        seed=seed,
        embedder=embedder,
        rounds=rounds,
        calls=max_calls,
    )
    plan = planned(scenario, config, given)
    first = plan.run(WHOLE, options={"user": WHOLE})
    found = compared(plan, first, lambda watcher: ablated(plan, watcher))
    if as_json:
        typer.echo(json.dumps(found.data(), ensure_ascii=False))
        return
    for line in _told(found):
        typer.echo(printable(line))


def _told(found: "Ablation") -> Iterator[str]:
    from trialogue.commands.measures import lines
    from trialogue.evaluation.report.ablation import (
        nearness_table,
        table_four,
        topic_table,
        unnamed,
    )

    for table in (table_four, topic_table, nearness_table):
        yield from (*lines(table(found.conditions)), "")
    yield from (note.text for note in unnamed(found.conditions))
    yield f"runs: {found.folder}"
    yield f"report: {found.report}"
