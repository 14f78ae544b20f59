"""`trialogue audit`: what is wrong with a set of reasoning tasks."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialogue.commands.terminal import printable

if TYPE_CHECKING:
    from trialogue.evaluation.audit import Audit, Check

_MOST_CASES = 3


def audit(
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="A run folder, an export, or a file of tasks."),
    ],
    every: Annotated[
        bool, typer.Option("--all", help="Also tasks whose label does not stand, or was replaced.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the result goes [default: audit.json of a run]."),
    ] = None,
    strict: Annotated[bool, typer.Option(help="Exit code 1 if there is any fault.")] = False,
    seed: Annotated[int, typer.Option(help="Of the permutation tests.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Say what is wrong with a set of reasoning tasks, ours or others'."""
    from trialogue.auditing import audit as look

    found = look(path, every=every, out=out, seed=seed)
    if as_json:
        typer.echo(found.model_dump_json())
    else:
        for line in _told(found):
            typer.echo(printable(line))
    if strict and found.faults:
        raise typer.Exit(1)


def _told(found: "Audit") -> Iterator[str]:
    from trialogue.commands.measures import lines
    from trialogue.evaluation.report.blocks import Table

    kinds = ", ".join(f"{count:,} {kind.replace('_', '-')}" for kind, count in found.kinds.items())
    yield f"{found.name}: {found.tasks:,} tasks ({kinds})"
    if found.left_out:
        yield f"left out: {found.left_out:,} tasks whose label does not stand; --all looks at them"
    rows = [
        (check.state, check.name, _value(check), check.expected, _p(check))
        for check in found.checks
    ]
    head = ("", "check", "share or score", "by chance", "p")
    yield from lines(Table(caption="", head=head, rows=tuple(rows)))
    yield ""
    for check in found.checks:
        yield from _explained(check)
    yield f"{len(found.faults)} of {len(found.checks)} checks found a fault"


def _value(check: "Check") -> float | None:
    return check.value.value if check.value is not None else None


def _p(check: "Check") -> str:
    if check.p is None:
        return "–"
    return "<0.001" if check.p < 0.001 else f"{check.p:.3f}"


def _explained(check: "Check") -> Iterator[str]:
    if check.state == "ok":
        return
    yield f"{check.state} {check.name}: {check.found}"
    yield f"  looks for {check.looks_for}"
    for case in check.cases[:_MOST_CASES]:
        yield f"  {case.id}: {case.why}"
    if len(check.cases) > _MOST_CASES:
        yield f"  and {len(check.cases) - _MOST_CASES:,} more, which --json lists"
