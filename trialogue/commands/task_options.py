"""Options that `tasks` and `refine` have in common: who writes, who solves, and how."""

from pathlib import Path
from typing import Annotated

import typer

Solver = Annotated[
    list[str] | None,
    typer.Option(metavar="MODEL", help="A solver; repeat for several [default: --model]."),
]
Takes = Annotated[int, typer.Option("--k", help="Solvers' answers to each task.")]
Direct = Annotated[bool, typer.Option("--direct", help="Solvers answer at once, without steps.")]
ByCode = Annotated[
    bool | None,
    typer.Option(
        "--by-code/--by-model",
        help="Who finds the derivations [default: code for local models].",
    ),
]
Seed = Annotated[int | None, typer.Option(help="Another seed, other tasks.")]
Concurrency = Annotated[int | None, typer.Option(min=1, help="Model calls at once.")]
Run = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]
