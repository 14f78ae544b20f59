"""`trialogue view RUN`: a run in the browser, in the terminal, or as one page to send."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialogue.commands.terminal import plain

if TYPE_CHECKING:
    from trialogue.viewer.server import Serving


def view(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, finished or not.")],
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one self-contained page instead.")
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Print the dialogues instead.")] = False,
    search: Annotated[
        str, typer.Option(metavar="WORDS", help="Only dialogues that have them all [text, export].")
    ] = "",
    most: Annotated[
        int | None, typer.Option(min=1, help="At most so many dialogues [text, export].")
    ] = None,
    port: Annotated[
        int, typer.Option(help="The port [default: a free one].", min=0, max=65535)
    ] = 0,
    reviewer: Annotated[
        str | None, typer.Option(help="Who decides on tasks [default: your name here].")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in your browser.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Look at a run: dialogues, how they came about, tasks, review; on this machine only."""
    if export is not None:
        _export(run, export, search, most, as_json)
    elif text:
        _print(run, search, most, as_json)
    else:
        _serve(run, port, reviewer, browser=browser and sys.stdout.isatty(), as_json=as_json)


def _serve(run: Path, port: int, reviewer: str | None, *, browser: bool, as_json: bool) -> None:
    from trialogue.viewing import view as shown

    def ready(served: "Serving") -> None:
        told = {"url": served.address}
        typer.echo(
            json.dumps(told) if as_json else f"{plain(run)}: {served.address}\nCtrl-C ends it"
        )
        sys.stdout.flush()

    try:
        shown(run, port=port, reviewer=reviewer or _own_name(), browser=browser, ready=ready)
    except KeyboardInterrupt:
        if not as_json:
            typer.echo("", err=True)


def _export(run: Path, file: Path, search: str, most: int | None, as_json: bool) -> None:
    from trialogue.viewing import export_page

    made = export_page(run, file, search=search, most=most)
    for remark in made.remarks:
        _remarked(remark)
    if as_json:
        told = {"file": str(made.file), "dialogues": made.dialogues, "found": made.found}
        typer.echo(json.dumps({**told, "bytes": made.size}, ensure_ascii=False))
        return
    some = f"{made.dialogues:,}" + (f" of {made.found:,}" if made.dialogues < made.found else "")
    size = f"{made.size / 1e6:.1f} MB" if made.size >= 1e5 else f"{made.size / 1e3:.0f} kB"
    typer.echo(f"{plain(made.file)}: {some} dialogues, {size}")


def _print(run: Path, search: str, most: int | None, as_json: bool) -> None:
    from trialogue.commands.conversations import conversation
    from trialogue.viewing import found_dialogues

    found = 0
    for dialogue, speakers in found_dialogues(run, search=search, most=most, remarked=_remarked):
        found += 1
        if as_json:
            typer.echo(dialogue.to_line())
        else:
            for line in conversation(dialogue, speakers):
                typer.echo(line)
    if not found:
        _remarked("no dialogue fits" if search else "no dialogue is there yet")


def _remarked(remark: str) -> None:
    typer.echo(plain(remark), err=True)


def _own_name() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""
