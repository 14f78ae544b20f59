"""Whether memory stays flat: resident memory of a long run against a server without delay.

`python benchmarks/memory_flat.py --dialogues 10000` prints a row at 100, 300, 1,000, … dialogues.
"""

import argparse
import asyncio
import gc
import tempfile
import time
from pathlib import Path

from loopback import simulated_server

from trialogue.agents.limits import Limits
from trialogue.graphs.context import Options
from trialogue.records import Dialogue
from trialogue.run import run
from trialogue.settings import Settings
from trialogue.watcher import Watcher

MARKS = (100, 300, 1_000, 3_000, 10_000, 30_000)


def resident() -> float:
    """Resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


class Marks(Watcher):
    """Prints a row whenever so many dialogues are finished."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._done, self._start = folder, 0, time.perf_counter()
        self._before: tuple[int, float] | None = None

    def finished(self, dialogue: Dialogue) -> None:
        """Count one dialogue."""
        self._done += 1
        if self._done in MARKS:
            self._row()

    def _row(self) -> None:
        gc.collect()
        now, growth = resident(), ""
        if self._before:
            done, then = self._before
            growth = f"{1000 * (now - then) / (self._done - done):+.1f}"
        self._before = self._done, now
        disk = {name: _size(self._folder / name) for name in ("journal.sqlite", "memory")}
        rate = self._done / (time.perf_counter() - self._start)
        print(
            f"{self._done:9} {now:9.1f} {growth:>12} {rate:8.1f} {disk['journal.sqlite']:9.1f} "
            f"{disk['memory']:9.1f}",
            flush=True,
        )


def _size(path: Path) -> float:
    """MB on disk."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


async def main(n: int, at_once: int) -> None:
    """Print the table."""
    head = ("dialogues", "RSS MB", "MB per 1000", "dialog/s", "journal MB", "memory MB")
    print(f"{head[0]:>9} {head[1]:>9} {head[2]:>12} {head[3]:>8} {head[4]:>9} {head[5]:>9}")
    with simulated_server() as base_url, tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            scenario="travel_reimbursement",
            n=n,
            model="openai:simulated",
            base_url=base_url,
            embedder="hash",
            options=Options(points=(2, 2), reactions=False, consult=False),
            limits=Limits(concurrency=at_once),
            out=folder,
        )
        result = await run(settings, Marks(Path(folder)))
        print(f"{result.accepted} accepted, {result.failed} failed")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=int, default=10_000)
    parser.add_argument("--at-once", type=int, default=16)
    options = parser.parse_args()
    asyncio.run(main(options.dialogues, options.at_once))
