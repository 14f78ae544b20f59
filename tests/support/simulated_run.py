"""Runs against the simulated model: short, quick, without waits."""

from pathlib import Path
from typing import Any

from trialogue.graphs.context import Options
from trialogue.run import Result, run
from trialogue.settings import Settings

SHORT = Options(points=(2, 2))
FAILURES = "failures.jsonl"
DIALOGUES = "dialogues.jsonl"


def settings(out: Path, base_url: str, n: int, **given: Any) -> Settings:
    """Settings of a run of `n` short dialogues into `out`; `given` are further fields."""
    usual: dict[str, Any] = {
        "scenario": "travel_reimbursement",
        "model": "openai:simulated",
        "embedder": "hash",
        "options": SHORT,
    }
    return Settings(out=str(out), base_url=base_url, n=n, **(usual | given))


async def made(out: Path, base_url: str, n: int, **given: Any) -> Result:
    """The result of such a run; it never waits between tries."""
    return await run(settings(out, base_url, n, **given), sleep=no_wait)


async def no_wait(_: float) -> None:
    """Instead of waiting before another try."""


def lines(out: Path, name: str = DIALOGUES) -> list[bytes]:
    """The lines of a file of the run folder; none if it is not there."""
    file = out / name
    return file.read_bytes().splitlines(keepends=True) if file.exists() else []
