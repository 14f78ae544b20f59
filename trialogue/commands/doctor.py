"""`trialogue doctor`: whether a run can work here, and what to mend."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialogue.commands.terminal import plain

if TYPE_CHECKING:
    from trialogue.findings import Finding
    from trialogue.settings import Settings


def doctor(
    model: Annotated[
        str | None, typer.Option(help="provider:model, local, or local:FILE.gguf.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="An OpenAI-compatible server.")
    ] = None,
    embedder: Annotated[str | None, typer.Option(help="local, hash or openai:MODEL.")] = None,
    config: Annotated[Path | None, typer.Option(help="A YAML file of settings.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds for each request.")] = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Check whether a run can work here; exit code 1 if not."""
    import asyncio

    from trialogue.settings import load_settings

    given = {"scenario": "any", "model": model, "base_url": base_url, "embedder": embedder}
    settings = load_settings(config, given)
    findings = asyncio.run(_examined(settings, timeout, shown=not as_json))
    able = all(finding.state != "fail" for finding in findings)
    if as_json:
        rows = [finding.model_dump() for finding in findings]
        typer.echo(json.dumps({"ok": able, "findings": rows}, ensure_ascii=False, indent=2))
    else:
        typer.echo("a run can work" if able else "a run cannot work yet: mend what failed")
    if not able:
        raise typer.Exit(1)


async def _examined(settings: "Settings", timeout: float, *, shown: bool) -> "list[Finding]":
    from trialogue.checkup import examine

    findings = []
    async for finding in examine(settings, timeout):
        findings.append(finding)
        if shown:
            typer.echo(plain(_line(finding)))
    return findings


def _line(finding: "Finding") -> str:
    mend = f"; mend: {finding.mend}" if finding.mend else ""
    return f"{finding.state}: {finding.what}: {finding.said}{mend}"
