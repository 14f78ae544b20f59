"""Kills a run with SIGKILL again and again, at random moments, and looks at what came of it.

`python benchmarks/kill.py` kills a run of 200 dialogues 20 times, lets it end, and compares it
with a run that was never interrupted.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

import simulated_model
from openai_server import OpenAIServer
from run_process import Executioner, finished

from trialogue.agents.limits import Limits
from trialogue.run import run
from trialogue.settings import Settings


def lines(folder: Path) -> list[bytes]:
    """The dialogues written so far."""
    file = folder / "dialogues.jsonl"
    return file.read_bytes().splitlines(keepends=True) if file.exists() else []


def main(n: int, kills: int, at_once: int, seed: int, delay: float) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        whole, killed = Path(folder) / "whole", Path(folder) / "killed"
        settings = Settings(
            scenario="travel_reimbursement",
            n=n,
            model="openai:simulated",
            embedder="hash",
            limits=Limits(concurrency=at_once),
        )
        with OpenAIServer(simulated_model.served) as server:
            told = {"base_url": server.base_url, "out": str(whole)}
            asyncio.run(run(settings.model_copy(update=told)))
            needed = len(server.requests)
        print(f"never killed: {n} dialogues, {needed} calls, {at_once} at once\n")
        print(f"{'kill':>4} {'requests':>9} {'distinct':>9} {'repeated':>9} {'dialogues':>10}")
        with OpenAIServer(simulated_model.served, delay=delay) as server:
            executioner, random = Executioner(server), Random(seed)
            told = {"base_url": server.base_url, "out": str(killed)}
            settings = settings.model_copy(update=told)
            most = 0
            for kill in range(1, kills + 1):
                before = executioner.repeated
                died = executioner.killed(settings, random.randint(1, 3 * needed // (2 * kills)))
                most = max(most, executioner.repeated - before)
                row(f"{kill}" if died else f"{kill} ended", executioner, killed)
            before = executioner.repeated
            code, said = finished(settings)
            most = max(most, executioner.repeated - before)
            row("end", executioner, killed)
        ids = [json.loads(line)["id"] for line in lines(killed)]
        print(f"\nexit code {code} {said.strip()}")
        print(f"dialogues: {len(ids)}, distinct: {len(set(ids))}, asked for: {n}")
        print(f"the same bytes as never killed: {lines(killed) == lines(whole)}")
        print(f"calls repeated: {executioner.repeated} of {needed}; at most {most} after a kill")
        print(f"allowed: {at_once} in flight at each kill, {kills * at_once} in all")


def row(name: str, executioner: Executioner, folder: Path) -> None:
    """One row of the table."""
    asked = len(executioner.asked)
    print(
        f"{name:>4} {executioner.total:9} {asked:9} {executioner.repeated:9} "
        f"{len(lines(folder)):10}",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.005, help="seconds before each answer")
    given = parser.parse_args()
    main(given.dialogues, given.kills, given.at_once, given.seed, given.delay)
