"""`trialogue optimize SCENARIO`: metrics, dialogues and turns tune each other (paper R, §3.6)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialogue.commands import options
from trialogue.commands.faults import INTERRUPTED, ended
from trialogue.commands.terminal import printable, watched

if TYPE_CHECKING:
    from trialogue.optimizing import Optimised, Plan
    from trialogue.searching import Standing, Told


BudgetCalls = Annotated[int | None, typer.Option(metavar="N", help="Most model calls in all.")]
BudgetTokens = Annotated[
    int | None, typer.Option(metavar="N", help="Most tokens in all, both ways.")
]
Control = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME[=A..B]", help="A control to tune, perhaps over a range; repeatable."
    ),
]
Compare = Annotated[
    bool, typer.Option("--compare", help="Tune by single metrics too (paper R, table 2).")
]
Generations = Annotated[int | None, typer.Option(help="Generations [default: 3].")]
Population = Annotated[
    int | None, typer.Option(help="Metrics tried in each generation [default: 2].")
]
Users = Annotated[
    str | None,
    typer.Option(metavar="T,S,R", help="Users to tune, choose, report [default: 3,3,8]."),
]
Reflect = Annotated[
    int | None, typer.Option(metavar="N", help="Attempts to rewrite prompts [default: 0].")
]
JudgeModel = Annotated[
    str | None, typer.Option(metavar="MODEL", help="Judges dialogues [default: --model].")
]
Out = Annotated[
    str | None,
    typer.Option(metavar="DIR", help="Where recipe and report go [default: under runs]."),
]


def optimize(
    scenario: options.Scenario,
    budget_calls: BudgetCalls = None,
    budget_tokens: BudgetTokens = None,
    control: Control = None,
    compare: Compare = False,
    generations: Generations = None,
    population: Population = None,
    users: Users = None,
    reflect: Reflect = None,
    config: options.Config = None,
    model: options.Model = None,
    judge_model: JudgeModel = None,
    base_url: options.BaseUrl = None,
    out: Out = None,
    concurrency: options.Concurrency = None,
    seed: options.Seed = None,
    embedder: options.Embedder = None,
    mode: options.Mode = None,
    rounds: options.Rounds = None,
    as_json: options.AsJson = False,
) -> None:
    """Find a metric, controls and prompts that make better dialogues; again, it goes on."""
    from trialogue.commands.comparing import given_settings
    from trialogue.optimizing import planned
    from trialogue.search_plan import extent_of

    wanted = {"generations": generations, "population": population, "reflections": reflect}
    extent = extent_of({**wanted, **_splits(users)})
    given = given_settings(
        judge_model, calls=budget_calls, tokens=budget_tokens, model=model, base_url=base_url,
        out=out, concurrency=concurrency, seed=seed, embedder=embedder, mode=mode, rounds=rounds,
    )  # fmt: skip
    plan = planned(scenario, config, given, controls=control or [], extent=extent, compare=compare)
    _optimize(plan, as_json)


def _splits(users: str | None) -> dict[str, Any]:
    from trialogue.errors import UsageError

    if users is None:
        return {}
    parts = users.split(",")
    if len(parts) != 3 or not all(part.strip().isdigit() for part in parts):
        raise UsageError(f"--users {users!r}: give three numbers, such as 3,3,8")
    return dict(zip(("train", "select", "report"), map(int, parts), strict=True))


def _optimize(plan: "Plan", as_json: bool) -> None:
    from trialogue.errors import ShortRun
    from trialogue.evaluation.optimised import Optimised

    try:
        result = _found(plan)
    except ShortRun as error:
        if isinstance(error.result, Optimised):
            _print(error.result, as_json)
        raise
    _print(result, as_json)


def _found(plan: "Plan") -> "Optimised":
    import sys
    from contextlib import redirect_stdout

    from trialogue.commands.synthesize import fetch_models
    from trialogue.optimizing import found
    from trialogue.services import check

    with redirect_stdout(sys.stderr):  # plugins may print; standard output is for the result
        folder = check(plan.settings)
        try:
            fetch_models(plan.settings, folder)
            with _progress() as told:
                return found(plan, told)
        except KeyboardInterrupt:
            ended(f"stopped; the same command goes on with what is in {folder}", INTERRUPTED)


@contextmanager
def _progress() -> "Iterator[Told | None]":
    """One line that says how far it is, where a person sees it."""
    if not watched():
        yield None
        return
    from trialogue.commands.steps import shown_steps

    with shown_steps() as show:
        yield lambda standing: show(shown(standing))


def shown(standing: "Standing") -> str:
    """How far an optimisation is, on one line."""
    parts = [printable(standing.stage)]
    if standing.generation:
        parts.insert(0, f"generation {standing.generation}")
    if standing.candidate is not None:
        parts.append(f"candidate {standing.candidate}")
    if standing.best is not None:
        parts.append(f"best h {standing.best:.3f}")
    parts.append(f"{standing.calls:,} calls")
    if standing.left is not None:
        parts.append(f"{max(0, standing.left):,} left")
    return " · ".join(parts)


def _print(found: "Optimised", as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found.data(), ensure_ascii=False))
        return
    for line in _told(found):
        typer.echo(printable(line))


def _told(found: "Optimised") -> Iterator[str]:
    from trialogue.commands.measures import lines
    from trialogue.evaluation.report import optimisation as report

    if found.table:
        yield from (*lines(report.table_two(found)), "")
    if found.before:
        yield from (*lines(report.controls_table(found)), "")
    if best := found.winner:
        yield f"best metric of dialogues: {best.dialogue}"
        yield f"best metric of turns: {best.turn}"
        yield ""
    yield from (*lines(report.calls_table(found)), "")
    if found.candidates:
        yield report.screening_told(found)
    yield from (f"note: {note}" for note in found.notes)
    yield f"recipe: {found.recipe}"
    yield f"report: {found.report}"
