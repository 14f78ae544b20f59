"""`trialogue tools DOMAIN`: tools, a database and tasks, made from a sentence."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialogue.commands.faults import INTERRUPTED, ended
from trialogue.commands.terminal import printable, watched

if TYPE_CHECKING:
    from trialogue.settings import Settings
    from trialogue.toolmaking import MadeTools, Order


def tools(
    domain: Annotated[str, typer.Argument(help="A sentence: who does what for whom.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The YAML or JSON file to write.")],
    model: Annotated[
        str | None, typer.Option(help="provider:model, local, or local:FILE.gguf.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="An OpenAI-compatible server.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed, another set.")] = None,
    rows: Annotated[int, typer.Option(help="Rows of each table.")] = 12,
    tasks: Annotated[int, typer.Option(help="Tasks wanted.")] = 6,
    max_calls: Annotated[int | None, typer.Option(help="Most model calls.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Make up tools with a database and tasks; the file can be edited and reused."""
    from trialogue.toolmaking import Order, settings_for

    given = {"model": model, "base_url": base_url, "seed": seed, "calls": max_calls}
    settings = settings_for(domain, given)
    order = Order(domain, rows, tasks, out=out)
    found = figures(_made(order, settings), tasks)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in told(found):
        typer.echo(printable(line))


def _made(order: "Order", settings: "Settings") -> "MadeTools":
    import asyncio

    from trialogue.toolmaking import made_tools

    try:
        _fetch_models(order, settings)
        with _steps() as step:
            return asyncio.run(made_tools(order, settings, step))
    except KeyboardInterrupt:
        ended(f"stopped; the same command goes on with {order.journal}", INTERRUPTED)


def _fetch_models(order: "Order", settings: "Settings") -> None:
    """Fetch what is missing before the event loop starts: there an interrupt would have to wait."""
    from trialogue import model_files
    from trialogue.agents.tool_writer import ROLE
    from trialogue.commands.downloads import download_progress
    from trialogue.weights import installed

    entry = model_files.wanted(settings.models((ROLE,))[ROLE].name, "chat")
    if entry is not None and installed(entry) is None and not order.journal.exists():
        with download_progress(entry.name) as progress:
            model_files.fetch(entry, progress=progress)


def _steps() -> Any:
    """Shows each step to a person while the block runs; gives None where nobody looks."""
    if not watched():
        return nullcontext()
    from trialogue.commands.steps import shown_steps

    return shown_steps()


def figures(made: "MadeTools", wanted: int) -> dict[str, Any]:
    """What came of it, for machines."""
    toolset = made.toolset
    difficulties = [task.difficulty for task in toolset.tasks]
    return {
        "file": str(made.file),
        "id": toolset.id,
        "language": toolset.language,
        "questions": len(toolset.questions),
        "tables": {table.name: len(table.rows) for table in toolset.tables},
        "tools": [tool.name for tool in toolset.tools],
        "tasks": {"wanted": wanted, "made": len(toolset.tasks)}
        | {name: difficulties.count(name) for name in ("easy", "medium", "hard")},
        "calls": made.live,
        "replayed": made.replayed,
        "tokens": made.usage.input_tokens + made.usage.output_tokens,
    }


def told(found: dict[str, Any]) -> list[str]:
    """What came of it, for people."""
    tables = ", ".join(f"{name} ({rows} rows)" for name, rows in found["tables"].items())
    tasks = found["tasks"]
    kinds = ", ".join(f"{tasks[name]} {name}" for name in ("easy", "medium", "hard"))
    rows = {
        "tables": tables,
        "tools": f"{len(found['tools'])}: {', '.join(found['tools'])}",
        "tasks": f"{tasks['made']} of {tasks['wanted']} ({kinds})",
        "model calls": f"{found['calls']:,} (and {found['replayed']:,} from the journal)",
        "file": found["file"],
    }
    width = max(map(len, rows)) + 2
    return [f"{name:<{width}}{value}" for name, value in rows.items()]
