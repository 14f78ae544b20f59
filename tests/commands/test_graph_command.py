from pathlib import Path

import pytest
from command_line import Trialogue

from trialogue.drawings import draw

NODES = {
    "knowledge": {"keywords", "search", "read", "keep"},
    "users": {"propose", "reject", "pool"},
    "experience": {"recall", "act", "observe", "review"},
    "dialogue": {"user", "assistant"},
    "synthesis": {"knowledge", "users", "score", "experience:recall", "dialogue:assistant"},
}


@pytest.mark.parametrize("name", NODES)
def test_a_graph_draws_itself(trialogue: Trialogue, name: str) -> None:
    done = trialogue("graph", name)
    assert (done.code, done.err) == (0, "")
    assert "graph TD;" in done.out
    found = trialogue("graph", name, "--json").json
    assert set(found["nodes"]) >= NODES[name]
    assert done.out.strip() == found["mermaid"].strip()


def test_the_edges_are_those_of_the_flow() -> None:
    edges = draw("dialogue").edges
    assert {("plan", "user"), ("user", "assistant"), ("assistant", "user")} <= set(edges)
    assert ("assistant", "__end__") in edges


def test_an_unknown_name_is_answered_with_the_nearest(trialogue: Trialogue) -> None:
    done = trialogue("graph", "sinthesis")
    assert done.code == 2
    assert done.error == "error: no graph is called 'sinthesis'; did you mean synthesis?"


def test_a_picture_is_written_where_one_is_wanted(trialogue: Trialogue) -> None:
    done = trialogue("graph", "users", "--out", "users.svg")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert Path("users.svg").read_text("utf-8").rstrip().endswith("</svg>")
    done = trialogue("graph", "users", "--out", "users.gif")
    assert done.code == 2
    assert done.error == "error: users.gif: a drawing ends in .svg, .png, .mmd"
