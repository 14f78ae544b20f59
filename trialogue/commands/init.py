"""`trialogue init DIR`: the beginning of a scenario of one's own."""

import json
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from trialogue.commands.terminal import printable


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Write a scenario with rules, settings and a tool, ready to run."""
    from trialogue.scaffolding import scaffold

    written = scaffold(folder)
    if as_json:
        files = [str(file) for file in written]
        typer.echo(json.dumps({"folder": str(folder), "files": files}, ensure_ascii=False))
        return
    for file in written:
        typer.echo(printable(file))
    scenario, settings, script = (
        quote(str(file)) for file in (written[0], folder / "trialogue.yaml", folder / "run.py")
    )
    typer.echo(printable(f"run it: trialogue synthesize {scenario} --config {settings}"))
    typer.echo(printable(f"with the tool: python {script}"))
