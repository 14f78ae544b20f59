"""`trialogue init DIR`: the beginning of a scenario of one's own."""

import json
from pathlib import Path
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
    settings = folder / "trialogue.yaml"
    typer.echo(printable(f"run it: trialogue synthesize {written[0]} --config {settings}"))
    typer.echo(printable(f"with the tool: python {folder / 'run.py'}"))
