"""A run against an endpoint that fails in every way it can, for 30% of all requests.

`python benchmarks/faults.py` prints what was dealt out and what came of it. Waits between tries
are left out (`--wait` keeps them); a time-out takes `--timeout` seconds.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

import simulated_model
from faulty import Faults
from openai_server import OpenAIServer

from trialogue.agents.limits import Limits
from trialogue.run import run
from trialogue.settings import Settings


async def no_wait(_: float) -> None:
    """Instead of waiting before another try."""


async def main(n: int, share: float, seed: int, timeout: float, wait: bool) -> None:
    """Print the table."""
    faults = Faults(share, seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        OpenAIServer(simulated_model.served, faults=faults) as server,
    ):
        settings = Settings(
            scenario="travel_reimbursement",
            n=n,
            model="openai:simulated",
            base_url=server.base_url,
            embedder="hash",
            limits=Limits(concurrency=16),
            timeout=timeout,
            out=folder,
        )
        sleep = asyncio.sleep if wait else no_wait
        start = time.perf_counter()
        result = await run(settings, sleep=sleep)
        seconds = time.perf_counter() - start
        requests = len(server.requests)
        print(f"{requests} requests in {seconds:.0f} s, {sum(faults.dealt.values())} with a fault:")
        for kind, dealt in sorted(faults.dealt.items()):
            print(f"  {kind:14} {dealt:6} {dealt / requests:7.1%}")
        told = {
            "tried again": sum(stats.retries for stats in result.calls.values()),
            "repaired": sum(stats.repairs for stats in result.calls.values()),
            "lines rewritten": sum(result.tally.rewritten.values()),
            "attempts failed": result.failed,
        }
        for name, count in told.items():
            print(f"{name:16} {count:6}")
        file = Path(folder) / "dialogues.jsonl"
        before = file.read_bytes()
        ids = [json.loads(line)["id"] for line in before.splitlines()]
        print(f"dialogues: {len(ids)}, distinct: {len(set(ids))}, asked for: {n}")
        figures = [dialogue.scores["figures_told"] for dialogue in result.dialogues()]
        print(f"with every figure told: {sum(share == 1 for share in figures)}")
        server.close()
        file.unlink()
        await run(settings, sleep=sleep)
        print(f"run again without the server: the same bytes: {file.read_bytes() == before}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=int, default=200)
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--timeout", type=float, default=1.0)
    parser.add_argument("--wait", action="store_true")
    given = parser.parse_args()
    asyncio.run(main(given.dialogues, given.share, given.seed, given.timeout, given.wait))
