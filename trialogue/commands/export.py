"""`trialogue export`: dialogues and tasks in a format of others, split and described."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialogue.commands.terminal import printable

if TYPE_CHECKING:
    from trialogue.exporting import Exported


def export(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run folder, or a file of dialogues or tasks.")
    ],
    to: Annotated[
        str,
        typer.Option("--to", help="openai, sharegpt, parquet, hf, inspect, lm-eval or a plugin's."),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to [default: RUN/exports/FORMAT].")
    ] = None,
    splits: Annotated[
        str, typer.Option(help="Shares of train, validation and test.")
    ] = "0.8,0.1,0.1",
    group: Annotated[
        str, typer.Option(help="What is never in two splits: dialogue or scenario.")
    ] = "dialogue",
    seed: Annotated[int, typer.Option(help="Another seed makes other splits.")] = 0,
    licence: Annotated[
        str, typer.Option("--license", help="The data's licence, as on the Hugging Face Hub.")
    ] = "unknown",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Export dialogues and tasks with train, validation and test splits and a data card."""
    from trialogue.exporting import export as write

    shares = _shares(splits)
    done = write(run, to, out=out, shares=shares, seed=seed, group=group, licence=licence)
    if as_json:
        typer.echo(done.model_dump_json())
        return
    for line in _told(done):
        typer.echo(printable(line))


def _shares(text: str) -> list[float]:
    from trialogue.errors import UsageError

    try:
        return [float(share) for share in text.split(",")]
    except ValueError as error:
        raise UsageError(
            f"--splits {text!r}: write the shares of train, validation and test like 0.8,0.1,0.1"
        ) from error


def _told(done: "Exported") -> list[str]:
    lines = [f"{file.part} {file.split}: {file.rows:,} in {file.path}" for file in done.files]
    if done.left_out:
        lines.append(f"left out: {done.left_out:,} tasks whose label does not stand")
    return [*lines, f"exported to {done.folder}"]
