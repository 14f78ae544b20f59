"""`trialogue graph NAME`: a graph as Mermaid text, PNG or SVG."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer


def graph(
    name: Annotated[
        str,
        typer.Argument(
            help="knowledge, users, experience, dialogue, improvised, synthesis, optimisation, "
            "tuning, tasks or refinement."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A picture: FILE.svg, FILE.png or FILE.mmd."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Draw a graph as Mermaid text, or as a picture; nothing is sent anywhere."""
    from trialogue.drawings import draw
    from trialogue.graph_picture import save_drawing

    drawing = draw(name)
    if out is not None:
        save_drawing(drawing, out)
    if as_json:
        typer.echo(json.dumps(asdict(drawing), ensure_ascii=False, indent=2))
    elif out is None:
        typer.echo(drawing.mermaid)
