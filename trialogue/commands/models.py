"""`trialogue models`: list, fetch, check and delete the embedded model files."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialogue.commands.downloads import download_progress

if TYPE_CHECKING:
    from trialogue import weights

app = typer.Typer(help="List, fetch, check and delete the embedded model files.")

Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="Names from the list.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON array, for machines.")]


@app.callback(invoke_without_command=True)
def models(context: typer.Context, as_json: AsJson = False) -> None:
    """List, fetch, check and delete the embedded model files."""
    if context.invoked_subcommand is None:
        list_models(as_json)


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """What there is: size, licence, languages, and whether it is installed."""
    from trialogue import weights

    rows = weights.listing()
    if as_json:
        _print_json([row.model_dump(mode="json") for row in rows])
    else:
        _print_table(rows)


@app.command()
def pull(names: Names, as_json: AsJson = False) -> None:
    """Fetch models into the cache; what is there already is not fetched again."""
    from trialogue import weights

    done = []
    for entry in [weights.find(name) for name in names]:
        with download_progress(entry.name) as progress:
            path = weights.fetch(entry, progress=progress)
        done.append({"name": entry.name, "path": str(path)})
    _print_results(done, as_json, "{name}: {path}")


@app.command()
def verify(names: Names, as_json: AsJson = False) -> None:
    """Read the files again and compare their hashes; exit code 1 if one is missing or differs."""
    from trialogue import weights

    entries = [weights.find(name) for name in names]
    good = {entry.name: weights.verify(entry) for entry in entries}
    states = [
        {"name": name, "ok": ok, "state": "ok" if ok else "missing or damaged"}
        for name, ok in good.items()
    ]
    _print_results(states, as_json, "{name}: {state}")
    if not all(good.values()):
        raise typer.Exit(1)


@app.command()
def remove(names: Names, as_json: AsJson = False) -> None:
    """Delete models from the cache."""
    from trialogue import weights

    entries = [weights.find(name) for name in names]
    removed = {entry.name: weights.remove(entry) for entry in entries}
    states = [
        {"name": name, "removed": was, "state": "removed" if was else "was not there"}
        for name, was in removed.items()
    ]
    _print_results(states, as_json, "{name}: {state}")


def _print_results(results: Sequence[dict[str, Any]], as_json: bool, line: str) -> None:
    if as_json:
        _print_json(results)
    else:
        for result in results:
            typer.echo(line.format(**result))


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _print_table(rows: "Sequence[weights.Row]") -> None:
    from rich.console import Console
    from rich.table import Column, Table

    names, sizes = Column("name", no_wrap=True), Column("size", no_wrap=True, justify="right")
    table = Table(names, "kind", sizes, "licence", "languages", "installed", box=None)
    for row in rows:
        kind = f"{row.kind} (default)" if row.default else row.kind
        here = "yes" if row.installed else "no"
        size = f"{row.size / 1e6:,.0f} MB"
        table.add_row(row.name, kind, size, row.licence, " ".join(row.languages), here)
    Console().print(table)
