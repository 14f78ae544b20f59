"""Promise 3: whatever an endpoint does, a run ends with exactly the dialogues asked for."""

import json
from collections.abc import Callable
from pathlib import Path

import simulated_model
from faulty import KINDS, Faults
from openai_server import OpenAIServer
from simulated_run import DIALOGUES, lines, made

from trialogue.agents.limits import Limits

N = 6


async def test_a_faulty_endpoint_costs_tries_but_no_dialogue(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> None:
    faults = Faults(0.3)
    server = openai_server(simulated_model.served, faults=faults)
    limits = Limits(concurrency=6)
    result = await made(tmp_path, server.base_url, N, timeout=0.4, limits=limits)
    assert set(faults.dealt) == set(KINDS)
    assert [json.loads(line)["id"] for line in lines(tmp_path)] == [
        f"travel_reimbursement-0-{number:05}" for number in range(N)
    ]
    for dialogue in result.dialogues():
        assert dialogue.scores["figures_told"] == 1.0
        assert "nonsense" not in dialogue.to_line()
    assert sum(stats.retries for stats in result.calls.values()) > 0

    before = lines(tmp_path)
    server.close()
    (tmp_path / DIALOGUES).unlink()
    await made(tmp_path, server.base_url, N, timeout=0.4, limits=limits)
    assert lines(tmp_path) == before
