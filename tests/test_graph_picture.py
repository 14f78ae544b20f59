"""Graphs as pictures: layers from top to bottom, the same bytes each time, nothing sent."""

import re
import socket
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.image import imread

from trialogue.drawings import Drawing, draw
from trialogue.errors import UsageError
from trialogue.graph_layout import laid_out
from trialogue.graph_picture import _half_width, _inches, _round, save_drawing

LOOP = Drawing("loop", "", ("a", "b", "c"), (("a", "b"), ("b", "a"), ("b", "b"), ("a", "c")))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a picture needs no network")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_nodes_stand_below_those_they_follow() -> None:
    nodes = ("start", "left", "right", "end")
    edges = (("start", "left"), ("start", "right"), ("left", "end"), ("right", "end"))
    layout = laid_out(nodes, edges)
    assert [layout.nodes[node][1] for node in nodes] == [0, 1, 1, 2]
    assert layout.nodes["left"][0] != layout.nodes["right"][0]
    assert not any(layout.ways.values())


def test_an_edge_past_a_layer_has_a_way_round_its_nodes() -> None:
    layout = laid_out(("a", "b", "c"), (("a", "b"), ("b", "c"), ("a", "c")))
    ((x, y),) = layout.ways["a", "c"]
    assert y == layout.nodes["b"][1] == 1
    assert x != layout.nodes["b"][0]


def test_edges_that_lead_back_do_not_push_nodes_down() -> None:
    layout = laid_out(LOOP.nodes, LOOP.edges)
    assert [layout.nodes[node][1] for node in "abc"] == [0, 1, 1]
    assert ("b", "a") not in layout.ways
    assert ("b", "b") not in layout.ways


@pytest.mark.parametrize("name", ["dialogue", "synthesis"])
def test_an_svg_names_every_node(tmp_path: Path, name: str) -> None:
    drawing = draw(name)
    save_drawing(drawing, tmp_path / "one.svg")
    save_drawing(drawing, tmp_path / "two.svg")
    text = (tmp_path / "one.svg").read_text("utf-8")
    assert (tmp_path / "two.svg").read_text("utf-8") == text
    said = {found.text for found in ElementTree.fromstring(text).iter() if found.text}
    named = {node.rpartition(":")[2].strip("_") for node in drawing.nodes}
    assert named <= said
    assert not re.findall(r"(?:href|src)=\"(?!#)", text)


def test_a_png_is_a_picture_with_ink(tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        save_drawing(LOOP, tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    picture = imread(tmp_path / "one.png")
    assert picture[..., :3].min() < 0.5
    assert picture.shape[0] > 200


def test_mermaid_goes_into_a_file_too(tmp_path: Path) -> None:
    save_drawing(draw("users"), tmp_path / "users.mmd")
    assert "graph TD;" in (tmp_path / "users.mmd").read_text("utf-8")


@pytest.mark.parametrize("name", ["graph.pdf", "graph", "nowhere/graph.svg", "nowhere/graph.mmd"])
def test_what_cannot_be_written_is_said_in_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=name):
        save_drawing(LOOP, tmp_path / name)


def test_a_way_back_passes_beside_the_nodes_between() -> None:
    drawing = draw("refinement")
    where = {n: _inches(at) for n, at in laid_out(drawing.nodes, drawing.edges).nodes.items()}
    begin, one, other, end, _ = _round(("replace", "easy"), where)
    x, y = where["__end__"]
    assert end[1] > y > begin[1]
    for step in range(101):
        t = step / 100
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        at = [
            sum(w * point[axis] for w, point in zip(weights, (begin, one, other, end), strict=True))
            for axis in (0, 1)
        ]
        assert abs(at[0] - x) > _half_width("__end__") or abs(at[1] - y) > 0.17
