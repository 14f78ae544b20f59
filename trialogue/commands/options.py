"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

Scenario = Annotated[str, typer.Argument(help="A name, a YAML file, or a sentence.")]
Config = Annotated[Path | None, typer.Option(help="A YAML file of settings.")]
Model = Annotated[str | None, typer.Option(help="provider:model, local, or local:FILE.gguf.")]
JudgeModel = Annotated[
    str | None, typer.Option(metavar="MODEL", help="Names the topics [default: --model].")
]
BaseUrl = Annotated[str | None, typer.Option(metavar="URL", help="An OpenAI-compatible server.")]
RunsOut = Annotated[
    str | None, typer.Option(metavar="DIR", help="Where runs and report go [default: under runs].")
]
Concurrency = Annotated[int | None, typer.Option(help="Model calls at once.")]
Seed = Annotated[int | None, typer.Option(help="Another seed, other dialogues.")]
Embedder = Annotated[str | None, typer.Option(help="local, hash or openai:MODEL.")]
Mode = Annotated[
    str | None,
    typer.Option(metavar="task|user", help="One thing after the other, or a goal in parts."),
]
Rounds = Annotated[int | None, typer.Option(help="Most rounds in a dialogue.")]
MaxCalls = Annotated[int | None, typer.Option(help="Most model calls of one run.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")]
