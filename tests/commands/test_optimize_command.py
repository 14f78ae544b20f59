"""`trialogue optimize` as a person and as a machine call it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import Trialogue
from openai_server import OpenAIServer
from optimised_run import reply

from trialogue.commands.optimize import shown
from trialogue.searching import Standing

CHEAP = "options: {points: [2, 2], reactions: false, lookups: 0}\n"
OPTIMIZE = (
    *("optimize", "travel_reimbursement", "--control", "turns=1..3", "--control", "verbosity"),
    *("--users", "1,1,2", "--generations", 1, "--population", 1, "--out", "here"),
)


@pytest.fixture
def served(openai_server: Callable[..., OpenAIServer]) -> tuple[str, ...]:
    """The options that lead to a model that can judge."""
    url = openai_server(reply).base_url
    return ("--model", "openai:tiny", "--base-url", url, "--embedder", "hash")


def test_for_people_and_again_for_machines(trialogue: Trialogue, served: tuple[str, ...]) -> None:
    Path("cheap.yaml").write_text(CHEAP)
    done = trialogue(*OPTIMIZE, "--config", "cheap.yaml", *served)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[-2:] == ["recipe: here/recipe.json", "report: here/report.html"]
    assert any(line.startswith("Screening: ") for line in lines)
    assert "What it cost, by level" in done.out
    found = trialogue(*OPTIMIZE, "--config", "cheap.yaml", *served, "--json").json
    assert found["users"] == {"train": 1, "select": 1, "report": 2}
    assert found["recipe"] == "here/recipe.json"
    assert set(found["before"]) == {"turns", "verbosity"}


def test_what_was_learnt_is_printed_before_the_error(
    trialogue: Trialogue, served: tuple[str, ...]
) -> None:
    Path("cheap.yaml").write_text(CHEAP)
    short = trialogue(*OPTIMIZE, "--config", "cheap.yaml", "--budget-calls", 170, *served)
    assert short.code == 1
    assert "too small for one generation" in short.error
    assert "what was learnt is in here" in short.error
    assert "recipe: here/recipe.json" in short.out


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("travel_reimbursment",), "travel_reimbursement"),
        (("travel_reimbursement", "--users", "1,2"), "three numbers, such as 3,3,8"),
        (("travel_reimbursement", "--users", "0,2,2"), "train"),
        (("travel_reimbursement", "--generations", 0), "generations"),
        (("travel_reimbursement", "--budget-calls", 50), "too small for one generation"),
        (("travel_reimbursement", "--control", "turnz"), "did you mean turns"),
        (("travel_reimbursement", "--control", "turns"), "of turns, such as formality"),
    ],
)
def test_what_the_user_can_mend(
    trialogue: Trialogue, arguments: tuple[Any, ...], advice: str
) -> None:
    done = trialogue("optimize", *arguments, "--embedder", "hash")
    assert (done.code, done.out) == (2, "")
    assert advice in done.error
    assert not Path("runs").exists()


def test_how_far_it_is_on_one_line() -> None:
    assert shown(Standing("meeting users")) == "meeting users · 0 calls"
    told = shown(Standing("turns", 2, 5, 3.25, 1234, -3))
    assert told == "generation 2 · turns · candidate 5 · best h 3.250 · 1,234 calls · 0 left"
