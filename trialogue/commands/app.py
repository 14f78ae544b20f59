"""All commands under one name."""

from typing import Annotated

import typer

from trialogue import __version__
from trialogue.commands import models
from trialogue.commands.ablate import ablate
from trialogue.commands.audit import audit
from trialogue.commands.benchmark import benchmark
from trialogue.commands.control_study import control_study
from trialogue.commands.doctor import doctor
from trialogue.commands.evaluate import evaluate
from trialogue.commands.export import export
from trialogue.commands.faults import Commands
from trialogue.commands.fit_metric import fit_metric
from trialogue.commands.graph import graph
from trialogue.commands.init import init
from trialogue.commands.optimize import optimize
from trialogue.commands.plugins import plugins
from trialogue.commands.refine import refine
from trialogue.commands.review import review
from trialogue.commands.synthesize import synthesize
from trialogue.commands.tasks import tasks
from trialogue.commands.tools import tools
from trialogue.commands.view import view

app = typer.Typer(
    cls=Commands,
    help="From a scenario to grounded multi-turn dialogues.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trialogue {__version__}")
        raise typer.Exit


@app.callback()
def trialogue(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error; may stand anywhere.")
    ] = False,
) -> None:
    """From a scenario to grounded multi-turn dialogues."""


app.command()(synthesize)
app.command()(evaluate)
app.command()(ablate)
app.command()(control_study)
app.command()(fit_metric)
app.command()(optimize)
app.command()(tasks)
app.command()(benchmark)
app.command()(refine)
app.command()(audit)
app.command()(export)
app.command()(review)
app.command()(graph)
app.command()(doctor)
app.command()(plugins)
app.command()(init)
app.command()(tools)
app.command()(view)
app.add_typer(models.app, name="models")
