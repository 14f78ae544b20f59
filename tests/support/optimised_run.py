"""Optimisations against the simulated model and a judge that is a function of what it reads.

`python tests/support/optimised_run.py OUT BASE_URL` runs one in a process of its own.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import simulated_model
from openai_server import Body, Reply, refusal
from simulated_prompts import recognised

from trialogue.optimizing import Optimised, optimize
from trialogue.search_plan import Extent

SMALL = Extent(
    generations=1,
    population=2,
    train=1,
    select=1,
    report=2,
    moments=2,
    turn_steps=1,
    directions=1,
    mu=1.5,
    step=1.0,
)
CONTROLS = ("turns=1..3", "verbosity")


def reply(body: Body) -> Reply | str:
    """The simulated model, with a judge that likes long conversations and dislikes repetition."""
    found = recognised(body["messages"])
    if found.name == "judge":
        return json.dumps({"score": rated(found.values["conversation"], body)})
    if found.name == "reflect":
        return found.values["instructions"].strip() + " Be friendly."
    return simulated_model.served(body)


def rated(conversation: str, body: Body) -> int:
    """Rounds, from 1 to 5; one less where a turn comes out of order."""
    lines = [line for line in conversation.splitlines() if line]
    agents = [number for number, line in enumerate(lines) if line.startswith("Agent")]
    disorder = sum(number % 2 == 0 for number in agents)
    return max(1, min(5, len(agents) - disorder))


def constant(body: Body) -> Reply | str:
    """A judge that always says the same."""
    return '{"score": 4}' if _judges(body) else reply(body)


def failing(body: Body) -> Reply | str:
    """A judge that refuses to speak of fluency, and of diversity half the time."""
    asked = str(body["messages"][0]["content"])
    lost = "fluency" in asked or ("diversity" in asked and len(str(body)) % 2)
    return refusal(400, "not today") if _judges(body) and lost else reply(body)


def costly(body: Body) -> Reply | str:
    """The same model at 400 tokens a call."""
    said = reply(body)
    return Reply(said, input_tokens=350, output_tokens=50) if isinstance(said, str) else said


def optimised(out: Path, base_url: str, **given: Any) -> Optimised:
    """A small optimisation in `out`."""
    usual: dict[str, Any] = {
        "model": "openai:simulated",
        "embedder": "hash",
        "seed": 3,
        "controls": CONTROLS,
        "extent": SMALL,
        "options": {"points": (2, 2), "reactions": False, "lookups": 0},
    }
    return optimize("travel_reimbursement", out=str(out), base_url=base_url, **(usual | given))


def start(out: Path, base_url: str) -> "subprocess.Popen[bytes]":
    """The process of an optimisation."""
    command = [sys.executable, __file__, str(out), base_url]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _judges(body: Body) -> bool:
    return recognised(body["messages"]).name == "judge"


if __name__ == "__main__":
    optimised(Path(sys.argv[1]), sys.argv[2])
