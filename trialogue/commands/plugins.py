"""`trialogue plugins`: what other packages plug in."""

import json
from typing import Annotated

import typer

from trialogue.commands.terminal import plain


def plugins(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, for machines.")] = False,
) -> None:
    """List what other packages plug in."""
    from trialogue.plugin_list import installed_plugins

    found = installed_plugins()
    if as_json:
        rows = [plugin.model_dump() for plugin in found]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for plugin in found:
        state = f"does not work: {plugin.fault}" if plugin.fault else "works"
        origin = f"{plugin.package} {plugin.version} ({plugin.value})"
        typer.echo("  ".join(map(plain, (plugin.kind, plugin.name, origin, state))))
    if not found:
        typer.echo("no plugins are installed")
