"""Promise 1: killed again and again, a run ends as if nothing had happened."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import simulated_model
from openai_server import OpenAIServer
from run_process import Executioner, finished
from simulated_run import lines, made, settings

from trialogue.agents.limits import Limits

N, KILLS, AT_ONCE = 12, 3, 4


async def test_killed_runs_repeat_only_what_was_in_flight(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> None:
    limits = Limits(concurrency=AT_ONCE)
    with OpenAIServer(simulated_model.served) as plain:
        await made(tmp_path / "whole", plain.base_url, N, limits=limits)
        needed = len(plain.requests)

    executioner = Executioner(server := openai_server(simulated_model.served, delay=0.002))
    killed = settings(tmp_path / "killed", server.base_url, N, limits=limits)
    random = Random(3)
    for _ in range(KILLS):
        assert executioner.killed(killed, after=random.randint(10, needed // KILLS))
    code, told = finished(killed)
    assert (code, told) == (0, "")

    there = lines(tmp_path / "killed")
    assert [json.loads(line)["id"] for line in there] == [
        f"travel_reimbursement-0-{number:05}" for number in range(N)
    ]
    assert there == lines(tmp_path / "whole")
    assert len(executioner.asked) == needed
    assert executioner.repeated <= KILLS * AT_ONCE
