"""`trialogue control-study` as a person and as a machine call it."""

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Trialogue
from openai_server import OpenAIServer
from simulated_model import prompt_of

from trialogue import control_study, open_run
from trialogue.scenario_files import find_scenario

STUDY = (
    *("control-study", "travel_reimbursement", "-n", 5, "--out", "here"),
    *("--control", "formality=0|1", "--control", "turns=1|2"),
)
SMALL = (
    "control-study",
    "travel_reimbursement",
    "-n",
    2,
    "--out",
    "here",
    "--control",
    "turns=1|2",
)


def test_for_people(trialogue: Trialogue, served: tuple[str, ...]) -> None:
    done = trialogue(*STUDY, *served)
    assert (done.code, done.err) == (0, "")
    rows = [line.split() for line in done.out.splitlines()[2:4]]
    assert [row[0] for row in rows] == ["formality", "turns"]
    assert rows[1][1] == "follows"
    assert done.out.splitlines()[-1] == f"report: {Path('here/report.html')}"
    page = Path("here/report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 5
    assert "Control study" in page


def test_every_level_has_the_same_users(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    found = trialogue(*STUDY, "--json", *served).json
    assert [study["control"] for study in found["studies"]] == ["formality", "turns"]
    low, high = (list(open_run(f"here/formality/{v}").dialogues()) for v in (0, 1))
    assert [d.user for d in low] == [d.user for d in high]
    assert [d.trajectory for d in low] == [d.trajectory for d in high]
    assert [d.seed for d in low] == [d.seed for d in high]
    assert {d.controls["formality"] for d in low} == {0.0}
    assert [level["value"] for level in found["studies"][0]["levels"]] == [0.0, 1.0]
    rounds = [level["measured"] for level in found["studies"][1]["levels"]]
    assert rounds == [[1.0] * 5, [2.0] * 5]
    assert found["studies"][0]["levels"][0]["topics"]["unique"] >= 1
    # What is the same at all levels is asked once: users, their questions, what they did.
    intents = [b for b in server.requests if prompt_of(b) == "intent"]
    assert len({json.dumps(b, sort_keys=True) for b in intents}) == len(intents)


def test_the_same_command_again_pays_nothing_and_more_goes_on(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    first = trialogue(*SMALL, "--json", *served)
    paid = len(server.requests)
    found = control_study(
        "travel_reimbursement",
        {"turns": [1, 2]},
        n=2,
        out="here",
        model="openai:tiny",
        base_url=server.base_url,
        embedder="hash",
    )
    assert len(server.requests) == paid
    assert found.data() == first.json
    assert found.study("turns").verdict == "cannot be said"
    more = trialogue(*SMALL, "--control", "turns=1|2|3", "-n", 3, "--json", *served)
    assert more.code == 2
    more = trialogue(*SMALL[:-1], "turns=1|2|3", "-n", 3, "--json", *served).json
    assert [level["measured"] for level in more["studies"][0]["levels"]][-1] == [3.0] * 3


def test_a_limit_ends_a_run_and_the_same_command_goes_on(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    short = trialogue(*SMALL, "--max-calls", 20, *served)
    assert short.code == 1
    assert "dialogues are in here/turns/1" in short.error
    found = trialogue(*SMALL, "--no-topics", "--json", *served).json
    assert [level["measured"] for level in found["studies"][0]["levels"]] == [[1, 1], [2, 2]]
    assert found["studies"][0]["levels"][0]["topics"] is None
    assert "topic" not in map(prompt_of, server.requests)


def test_controls_without_an_order(trialogue: Trialogue, served: tuple[str, ...]) -> None:
    styles = "decision_style=rational|spontaneous"
    found = trialogue(
        *("control-study", "travel_reimbursement", "-n", 2, "--control", styles),
        *("--control", "identity=a nurse, at night|a cook"),
        *("--no-topics", "--out", "here", "--json"),
        *served,
    ).json
    assert [study["verdict"] for study in found["studies"]] == ["cannot be said"] * 2
    assert {p.name for p in Path("here/decision_style").iterdir()} == {"rational", "spontaneous"}
    assert len(list(Path("here/identity").iterdir())) == 2


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        ((), "--control formality"),
        (("--control", "formalty"), "formality"),
        (("--control", "decision_style"), "name them"),
        (("--control", "formality", "--levels", "0|3"), "0 to 1"),
        (("--control", "formality", "--levels", "1"), "2 to 100"),
        (("--control", "formality", "-n", 1), "at least 2"),
        (("--control", "formality", "--config", "own.yaml"), "continues"),
    ],
)
def test_what_the_user_can_mend(
    trialogue: Trialogue, arguments: tuple[Any, ...], advice: str
) -> None:
    Path("own.yaml").write_text("n: 4\ncontinues: talks.jsonl\n")
    done = trialogue("control-study", "travel_reimbursement", *arguments, "--embedder", "hash")
    assert (done.code, done.out) == (2, "")
    assert advice in done.error
    assert not Path("runs").exists()


async def test_a_scenario_object_with_other_controls_fixed_inside_a_loop(
    tmp_path: Path, server: OpenAIServer
) -> None:
    known = find_scenario("travel_reimbursement")
    files = tuple(map(str, known.documents))
    found = control_study(
        known.scenario.model_copy(update={"documents": files}),
        "turns",
        levels=[1, 2],
        n=2,
        topics=False,
        out=tmp_path / "here",
        controls={"verbosity": 0.2},
        model="openai:tiny",
        base_url=server.base_url,
        embedder="hash",
    )
    assert [level.measured for level in found.study("turns").levels] == [(1, 1), (2, 2)]
    [first, _] = open_run(tmp_path / "here" / "turns" / "2").dialogues()
    assert first.controls == {"verbosity": 0.2, "turns": 2}
