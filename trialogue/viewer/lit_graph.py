"""The synthesis graph as SVG, with the way that one dialogue took lit."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from trialogue.graph_layout import Edge, Place, laid_out
from trialogue.memory.recorded import Recorded
from trialogue.records import Dialogue

if TYPE_CHECKING:
    from trialogue.drawings import Drawing

_WIDE, _HIGH, _BOX = 164, 66, (116, 34)  # pixels between nodes, and of a node
_START, _END = "__start__", "__end__"
_OUTER = "synthesis"


@dataclass(frozen=True)
class Way:
    """How often nodes were visited and edges taken; `traced` is false where it is read off the
    record, for want of spans."""

    nodes: Counter[str]
    edges: Counter[Edge]
    traced: bool


def way_of(dialogue: Dialogue, spans: Sequence[Recorded], drawing: "Drawing") -> Way:
    """The way through the drawing that a dialogue took."""
    visited = [_name(one) for one in spans if "graph" in one.facts and "node" in one.facts]
    traced = bool(visited)
    steps = visited if traced else list(_told(dialogue))
    known = [one for one in steps if one in drawing.nodes]
    ended = not dialogue.error and bool(known)
    path = [_START, *known, *([_END] if ended else [])]
    edges: Counter[Edge] = Counter()
    for source, target in pairwise(path):
        edges.update(_between(source, target, drawing.edges))
    nodes = Counter(path)
    for edge in edges:
        for node in edge:
            nodes[node] = max(nodes[node], 1)
    return Way(nodes, edges, traced)


def _name(span: Recorded) -> str:
    graph, node = span.facts["graph"], span.facts["node"]
    return str(node) if graph == _OUTER else f"{graph}:{node}"


def _told(dialogue: Dialogue) -> Iterable[str]:
    """The nodes that must have been visited, as the record shows."""
    if not dialogue.turns:
        return
    yield "knowledge"
    if dialogue.origin is not None:
        yield "takeover"
    elif any(one.kind == "task" for one in dialogue.goal):
        yield "errands"
    elif not dialogue.trajectory:
        yield from ("meeting", *(f"improvised:{turn.speaker}" for turn in dialogue.turns), "score")
        return
    else:
        yield "users"
        for _ in dialogue.trajectory:
            yield from (f"experience:{node}" for node in ("recall", "act", "observe", "review"))
    yield "dialogue:plan"
    yield from (f"dialogue:{turn.speaker}" for turn in dialogue.turns)
    yield "score"


def _between(source: str, target: str, edges: Sequence[Edge]) -> list[Edge]:
    """The edges from one visited node to the next, over entries and exits of inner graphs."""
    if (source, target) in edges:
        return [(source, target)]
    for first, middle in edges:
        if first == source and middle.endswith((_START, _END)):
            rest = _between(middle, target, edges) if middle != _END else []
            if rest:
                return [(source, middle), *rest]
    return []


@cache
def synthesis_drawing() -> "Drawing":
    """The drawing of the graph that makes one dialogue; the first time it takes a second."""
    from trialogue.drawings import draw

    return draw(_OUTER)


def lit_graph(drawing: "Drawing", way: Way, name: str = "") -> str:
    """SVG whose looks are the style sheet's: what was visited has the class "lit".

    `name` tells it apart from other drawings on the same page.
    """
    layout = laid_out(drawing.nodes, drawing.edges)
    where = {node: _pixels(place) for node, place in layout.nodes.items()}
    between = {edge: [_pixels(place) for place in way] for edge, way in layout.ways.items()}
    xs, ys = zip(*where.values(), *(p for places in between.values() for p in places), strict=True)
    left, top = min(xs) - _WIDE * 0.85, min(ys) - 40
    width, height = max(xs) - min(xs) + 1.55 * _WIDE, max(ys) - min(ys) + 80
    parts = [
        f'<svg class="graph" viewBox="{left:g} {top:g} {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-label="{escape(_spoken(way))}">',
        _heads(name),
    ]
    for edge in sorted(drawing.edges, key=lambda edge: edge in way.edges):
        names = ["edge", *["lit"] * (edge in way.edges), *["maybe"] * (edge in drawing.conditional)]
        curve = _curve(edge, where, between.get(edge))
        parts.append(_edge(curve, " ".join(names), way.edges[edge], name))
    firsts = {node.rpartition(":")[0]: node for node in reversed(drawing.nodes)}
    for node, place in where.items():
        inner = node.rpartition(":")[0]
        parts.append(_node(node, place, way.nodes[node], inner if firsts[inner] == node else ""))
    return "".join([*parts, "</svg>"])


def _pixels(place: Place) -> Place:
    return place[0] * _WIDE, place[1] * _HIGH


def _spoken(way: Way) -> str:
    told = [f"{_label(node)} {count} times" if count > 1 else _label(node)
            for node, count in way.nodes.items() if not node.endswith((_START, _END))]  # fmt: skip
    return "The graph; visited: " + ", ".join(told)


def _heads(name: str) -> str:
    shape = '<path d="M0 0 8 4 0 8z"/></marker>'
    sizes = (
        'viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
        'markerUnits="userSpaceOnUse" orient="auto"'
    )
    return (
        f'<defs><marker id="head{name}" class="head" {sizes}>{shape}'
        f'<marker id="lit{name}" class="head lit" {sizes}>{shape}</defs>'
    )


def _curve(edge: Edge, where: Mapping[str, Place], between: Sequence[Place] | None) -> str:
    """A path: down through the places between, or round the right side where it leads back."""
    (x1, y1), (x2, y2) = where[edge[0]], where[edge[1]]
    half, side = _BOX[1] / 2, _BOX[0] / 2
    if edge[0] == edge[1]:
        return f"M{x1 + side:g} {y1 - 8:g}c32 -16 32 32 2 16"
    if between is None:
        aside = max(x1, x2) + side + 22 + 8 * abs(y1 - y2) / _HIGH
        return f"M{x1 + side:g} {y1:g}C{aside:g} {y1:g} {aside:g} {y2:g} {x2 + side + 2:g} {y2:g}"
    stops = [(x1, y1 + half), *between, (x2, y2 - half - 2)]
    path = f"M{stops[0][0]:g} {stops[0][1]:g}"
    for (a, b), (c, d) in pairwise(stops):
        path += f"C{a:g} {(b + d) / 2:g} {c:g} {(b + d) / 2:g} {c:g} {d:g}"
    return path


def _edge(curve: str, names: str, count: int, name: str) -> str:
    head = f"lit{name}" if count else f"head{name}"
    title = f"<title>{count} times</title>" if count > 1 else ""
    return f'<path class="{names}" d="{curve}" marker-end="url(#{head})">{title}</path>'


def _node(node: str, place: Place, visits: int, inner: str) -> str:
    """A node; `inner` is the name of the graph that begins with it."""
    (x, y), (wide, high) = place, _BOX
    name = node.rpartition(":")[2]
    end = name in (_START, _END)
    names = " ".join(["node", *["end"] * end, *["lit"] * bool(visits)])
    label = name.strip("_") if end else name
    count = f'<tspan class="count" dx="6">×{visits}</tspan>' if visits > 1 and not end else ""
    around = (
        f'<text class="inner" x="{-wide / 2 - 9:g}" y="4">{escape(inner)}</text>' if inner else ""
    )
    radius = high / 2 if end else 7
    box = f'x="{-wide / 2:g}" y="{-high / 2:g}" width="{wide}" height="{high}" rx="{radius:g}"'
    return (
        f'<g class="{names}" transform="translate({x:g} {y:g})">'
        f"<rect {box}/>"
        f'<text y="4">{escape(label)}{count}</text>{around}</g>'
    )


def _label(node: str) -> str:
    return node.replace(":", " ")
