"""`trialogue ablate` as a person and as a machine call it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from command_line import Trialogue
from openai_server import Body, OpenAIServer
from simulated_model import prompt_of, reply

from trialogue import Ablation, ablate, open_run

ABLATE = ("ablate", "travel_reimbursement", "-n", 3, "--out", "here")
NAMES = ["direct", "identity", "experience"]


class Whole:
    """An ablation that was made once in Python, and the server it was made with."""

    def __init__(self, server: OpenAIServer, folder: Path) -> None:
        self.server, self.folder = server, folder / "here"
        address = ("--base-url", server.base_url)
        self.served = ("--model", "openai:tiny", *address, "--embedder", "hash")
        with chdir(folder):
            self.found: Ablation = ablate(
                "travel_reimbursement",
                n=3,
                out="here",
                model="openai:tiny",
                base_url=server.base_url,
                embedder="hash",
            )
        self.asked: list[Body] = list(server.requests)

    def here(self) -> int:
        """A copy in the current folder; how many requests there were so far."""
        shutil.copytree(self.folder, "here")
        return len(self.server.requests)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with OpenAIServer(reply) as server:
        yield Whole(server, tmp_path_factory.mktemp("ablated"))


def dialogues(folder: str) -> list[Any]:
    return list(open_run(f"here/{folder}").dialogues())


def drafts(made: list[Any]) -> int:
    """How often the users of some dialogues were put into words."""
    said = [turn for dialogue in made for turn in dialogue.turns if turn.speaker == "user"]
    return sum(1 + turn.rewrites for turn in said)


def test_table_four_for_people(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    done = trialogue(*ABLATE, "--judge-model", "openai:small", *served)
    assert (done.code, done.err) == (0, "")
    naming = [body["model"] for body in server.requests if prompt_of(body) == "topic"]
    assert naming == ["small"] * 9
    rows = [line.split("  ")[0] for line in done.out.splitlines()[2:5]]
    assert rows == ["Direct interaction", "+ User identity", "+ Action sequence"]
    assert done.out.splitlines()[-1] == f"report: {Path('here/report.html')}"
    page = Path("here/report.html").read_text(encoding="utf-8")
    assert "max repetition" in page
    assert page.count("<svg") == 4
    assert {p.name for p in Path("here/report").iterdir()} >= {
        "ablation-cosine.svg",
        "ablation-topics-direct.png",
    }


def test_the_conditions_share_users_and_rounds_and_differ_in_what_is_known(
    trialogue: Trialogue, whole: Whole
) -> None:
    whole.here()
    found = trialogue(*ABLATE, "--json", *whole.served).json
    assert [one["name"] for one in found["conditions"]] == NAMES
    assert all(one["dialogues"] == 3 for one in found["conditions"])
    assert len({one["rounds"] for one in found["conditions"]}) == 1
    direct, identity, experience = map(dialogues, NAMES)
    for a, b, c in zip(direct, identity, experience, strict=True):
        assert b.user == c.user
        assert (a.user.id, a.user.intent, a.user.problems) == (c.user.id, "", ())
        assert a.rounds == b.rounds == c.rounds
        assert c.trajectory
        assert not a.trajectory
        assert not b.trajectory
        assert set(a.scores) == set(b.scores) == {"rewritten"}
    asked = [b["messages"][-1]["content"] for b in whole.asked if prompt_of(b) == "improvise"]
    assert len(asked) == drafts(direct) + drafts(identity)
    assert sum("<person>-</person>" in text for text in asked) == drafts(direct)
    told = [text for text in asked if identity[0].user.intent in text]
    assert len(told) == drafts(identity[:1])
    assert all(identity[0].user.identity in text for text in told)


def test_more_dialogues_go_on(trialogue: Trialogue, whole: Whole) -> None:
    whole.here()
    before = Path("here/identity/dialogues.jsonl").read_bytes()
    larger = ("ablate", "travel_reimbursement", "-n", 4, "--out", "here", "--json")
    more = trialogue(*larger, *whole.served)
    assert [one["dialogues"] for one in more.json["conditions"]] == [4, 4, 4]
    assert Path("here/identity/dialogues.jsonl").read_bytes().startswith(before)


def test_a_limit_ends_a_run_and_the_same_command_goes_on(
    trialogue: Trialogue, served: tuple[str, ...]
) -> None:
    short = trialogue(*ABLATE, "--max-calls", 20, *served)
    assert short.code == 1
    assert "dialogues are in here/experience" in short.error
    assert trialogue(*ABLATE, *served).code == 0
    assert [len(dialogues(name)) for name in NAMES] == [3, 3, 3]


def test_the_same_again_on_the_command_line_pays_nothing(
    trialogue: Trialogue, whole: Whole
) -> None:
    paid = whole.here()
    page = Path("here/report.html").read_bytes()
    for _ in range(2):
        printed = trialogue(*ABLATE, "--json", *whole.served).json
        assert len(whole.server.requests) == paid
        assert json.loads(json.dumps(whole.found.data())) == printed
        assert Path("here/report.html").read_bytes() == page
    topics = whole.found.condition("direct").topics
    assert topics.unique == printed["conditions"][0]["unique_topics"]


def test_in_chinese_from_a_sentence(trialogue: Trialogue, served: tuple[str, ...]) -> None:
    done = trialogue(
        "ablate", "社区图书馆的借书和罚款", "-n", 2, "--out", "here", "--json", *served
    )
    assert done.code == 0, done.err
    assert dialogues("direct")[0].scenario == dialogues("experience")[0].scenario
    assert not Path("here/direct/scenario").exists()


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("travel_reimbursement", "-n", 1), "at least 2"),
        (("travel_reimbursment", "-n", 3), "travel_reimbursement"),
        (("panel.yaml", "-n", 3), "one user and one assistant"),
        (("travel_reimbursement", "--config", "own.yaml"), "toolset"),
    ],
)
def test_what_the_user_can_mend(
    trialogue: Trialogue, bare_scenario: Path, arguments: tuple[Any, ...], advice: str
) -> None:
    seats = "participants:\n- {speaker: user}\n- {speaker: user}\n- {speaker: assistant, name: B}\n"
    Path("panel.yaml").write_text(bare_scenario.read_text(encoding="utf-8") + seats)
    Path("own.yaml").write_text("n: 4\ntoolset: library.yaml\n")
    done = trialogue("ablate", *arguments, "--embedder", "hash")
    assert (done.code, done.out) == (2, "")
    assert advice in done.error
    assert not Path("runs").exists()
