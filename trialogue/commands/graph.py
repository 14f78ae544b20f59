"""`trialogue graph NAME`: a graph as Mermaid text."""

import json
from dataclasses import asdict
from typing import Annotated

import typer


def graph(
    name: Annotated[
        str, typer.Argument(help="knowledge, users, experience, dialogue or synthesis.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Draw a graph as Mermaid text."""
    from trialogue.drawings import draw

    drawing = draw(name)
    typer.echo(
        json.dumps(asdict(drawing), ensure_ascii=False, indent=2) if as_json else drawing.mermaid
    )
