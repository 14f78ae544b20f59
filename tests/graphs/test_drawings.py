"""Each graph draws itself; the drawing shows exactly its nodes and edges."""

import re
from itertools import pairwise
from types import ModuleType

import pytest

from trialogue.graphs import (
    dialogue,
    experience,
    improvised,
    knowledge,
    optimisation,
    refinement,
    synthesis,
    tuning,
    users,
)

FLOWS = {
    knowledge: "__start__ keywords search read keep __end__",
    users: "__start__ propose reject pool __end__, pool propose",
    experience: "__start__ recall act observe review __end__, review recall",
    dialogue: (
        "__start__ plan user user assistant assistant user __end__, plan assistant __end__, "
        "plan __end__"
    ),
    improvised: "__start__ user assistant __end__, assistant user",
    synthesis: (
        "__start__ knowledge users experience dialogue score __end__, "
        "knowledge takeover dialogue, knowledge errands dialogue, "
        "knowledge meeting improvised score"
    ),
    refinement: "__start__ easy nearest tasks replace easy __end__",
    tuning: "__start__ pick climb pick __end__",
    optimisation: (
        "__start__ reproduce screen turns dialogue judge select reproduce __end__, select __end__"
    ),
}


@pytest.mark.parametrize("graph", FLOWS, ids=lambda graph: graph.__name__.rpartition(".")[2])
def test_the_drawing_shows_the_flow(graph: ModuleType) -> None:
    drawn = graph.build().compile().get_graph().draw_mermaid()
    ways = [way.split() for way in FLOWS[graph].split(", ")]
    edges = {edge for way in ways for edge in pairwise(way)}
    assert set(re.findall(r"(\w+) -[-.]+> (\w+);", drawn)) == edges
    assert set(re.findall(r"^\t(\w+)[(\[]", drawn, re.MULTILINE)) == {n for e in edges for n in e}


def test_synthesis_contains_the_graphs_of_its_stages() -> None:
    inside = synthesis.build().compile().get_graph(xray=True).nodes
    assert {"experience:recall", "experience:review", "dialogue:user"} <= set(inside)


def test_optimisation_contains_its_inner_loops() -> None:
    inside = optimisation.build().compile().get_graph(xray=True).nodes
    assert {"turns:climb", "dialogue:climb"} <= set(inside)
