"""`trialogue ablate SCENARIO`: what users know, compared (paper R, table 4)."""

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
    Model,
    Rounds,
    RunsOut,
    Scenario,
    Seed,
)
from trialogue.commands.terminal import printable

if TYPE_CHECKING:
    from trialogue.evaluation.ablation import Ablation


def ablate(
    scenario: Scenario,
    n: Annotated[int | None, typer.Option("-n", "--count", help="Dialogues a condition.")] = None,
    config: Config = None,
    model: Model = None,
    judge_model: JudgeModel = None,
    base_url: BaseUrl = None,
    out: RunsOut = None,
    concurrency: Concurrency = None,
    seed: Seed = None,
    embedder: Embedder = None,
    rounds: Rounds = None,
    max_calls: MaxCalls = None,
    as_json: AsJson = False,
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
