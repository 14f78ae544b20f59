"""Graphs as pictures, PNG or SVG, made here: nothing is sent anywhere."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import asin, sin
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialogue.drawings import Drawing
from trialogue.errors import UsageError
from trialogue.graph_layout import Place, laid_out

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = (".svg", ".png", ".mmd")
_WIDE, _HIGH = 1.9, 0.95  # inches between nodes
_HALF, _HEAD = 0.17, 0.11  # inches from the middle of a node to its border; of an arrow's head
_INK, _LINE = "#1f2933", "#52606d"
_FACES = ("#e6eefa", "#e9f5ec", "#fbf1e2", "#f4eafa")
_ENDS = {"__start__": "start", "__end__": "end"}


def save_drawing(drawing: Drawing, path: Path) -> None:
    """Write the drawing as its suffix says: .svg, .png, or .mmd for Mermaid text.

    The same graph gives the same bytes. Raises UsageError for another suffix or a file that cannot
    be written.
    """
    if path.suffix not in FORMATS:
        raise UsageError(f"{path}: a drawing ends in {', '.join(FORMATS)}")
    try:
        if path.suffix == ".mmd":
            path.write_text(drawing.mermaid, encoding="utf-8")
        else:
            _save(drawing, path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error


def _save(drawing: Drawing, path: Path) -> None:
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    layout = laid_out(drawing.nodes, drawing.edges)
    where = {node: _inches(place) for node, place in layout.nodes.items()}
    passed = [_inches(place) for way in layout.ways.values() for place in way]
    xs, ys = zip(*where.values(), *passed, strict=True)
    width, height = max(xs) - min(xs) + 2 * _WIDE, max(ys) - min(ys) + 2 * _HIGH
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(min(xs) - _WIDE, max(xs) + _WIDE)
    axes.set_ylim(min(ys) - _HIGH, max(ys) + _HIGH)
    axes.set_axis_off()
    for edge in drawing.edges:
        between = layout.ways.get(edge)
        if between is None:
            points = _round(edge, where)
        else:
            points = _down([where[edge[0]], *map(_inches, between), where[edge[1]]])
        _arrow(axes, points, dashed=edge in drawing.conditional)
    groups = list(dict.fromkeys(node.rpartition(":")[0] for node in drawing.nodes))
    for node, place in where.items():
        group = node.rpartition(":")[0]
        _node(axes, node, place, _FACES[groups.index(group) % len(_FACES)])
        if group and node == next(one for one in drawing.nodes if one.startswith(f"{group}:")):
            _named(axes, group, place)
    about: dict[str, Any] = {"Date": None} if path.suffix == ".svg" else {"Software": None}
    with matplotlib.rc_context({"svg.hashsalt": "trialogue", "svg.fonttype": "none"}):
        figure.savefig(path, dpi=150, metadata=about)


def _node(axes: "Axes", node: str, place: tuple[float, float], face: str) -> None:
    name = node.rpartition(":")[2]
    box = {
        "boxstyle": "round,pad=0.45,rounding_size=0.6" if name in _ENDS else "round,pad=0.45",
        "facecolor": face,
        "edgecolor": _LINE,
        "linewidth": 0.9,
    }
    text = _ENDS.get(name, name)
    axes.text(*place, text, ha="center", va="center", fontsize=10, color=_INK, bbox=box, zorder=3)


def _named(axes: "Axes", group: str, place: tuple[float, float]) -> None:
    """The name of a graph inside the graph, beside the node where it begins."""
    x, y = place
    axes.text(x - 0.55, y, group, ha="right", va="center", fontsize=8, color=_LINE, zorder=4)


def _down(way: Sequence[Place]) -> list[Place]:
    """From the bottom of a node through the places between to the top of another, as the points
    of cubic curves."""
    (x, y), (to_x, to_y) = way[0], way[-1]
    points = [(x, y - _HALF)]
    for (a, b), (c, d) in pairwise([points[0], *way[1:-1], (to_x, to_y + _HALF + _HEAD)]):
        points += [(a, (b + d) / 2), (c, (b + d) / 2), (c, d)]
    return [*points, (to_x, to_y + _HALF)]


def _round(edge: tuple[str, str], where: Mapping[str, Place]) -> list[Place]:
    """From the right side of a node back to that of one above, or to its own."""
    (x, y), (to_x, to_y) = where[edge[0]], where[edge[1]]
    begin, end = x + _half_width(edge[0]), to_x + _half_width(edge[1])
    if edge[0] == edge[1]:
        aside, low, high = begin + 0.4, y - 2 * _HALF, y + 2 * _HALF
        tip = (begin, y + _HALF / 2)
        return [(begin, y - _HALF / 2), (aside, low), (aside, high), (begin + _HEAD, tip[1]), tip]
    aside = max(begin, end) + 0.35 + 0.12 * abs(to_y - y) / _HIGH
    between = [n for n in where if min(y, to_y) < where[n][1] < max(y, to_y)]
    for node in sorted(between, key=lambda n: where[n][0]):
        aside = _past(node, where[node], (begin, y), (end, to_y), aside)
    return [(begin, y), (aside, y), (aside, to_y), (end + _HEAD, to_y), (end, to_y)]


def _past(node: str, place: Place, start: Place, stop: Place, aside: float) -> float:
    """How far aside a curve back must go to pass `node` on the right, if it would cross it."""
    share = (place[1] - start[1]) / (stop[1] - start[1])
    t = 0.5 - sin(asin(1 - 2 * share) / 3)  # where 3t² - 2t³, the curve's height, is the share
    ends, weight = start[0] * (1 - t) ** 3 + stop[0] * t**3, 3 * t * (1 - t)
    half = _half_width(node) + 0.15
    crossed = abs(ends + weight * aside - place[0]) < half
    return (place[0] + half - ends) / weight if crossed else aside


def _half_width(node: str) -> float:
    return 0.09 + 0.042 * len(_ENDS.get(node, node.rpartition(":")[2]))


def _arrow(axes: "Axes", points: Sequence[Place], *, dashed: bool) -> None:
    """A line along cubic curves; the last point is the tip of its arrow."""
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path as Curve

    *line, (x, y) = points
    codes = [Curve.MOVETO, *[Curve.CURVE4] * (len(line) - 1)]
    style = (0, (4, 3)) if dashed else "-"
    axes.add_patch(
        PathPatch(Curve(line, codes), fill=False, color=_LINE, linewidth=0.9, linestyle=style)
    )
    back_x, back_y = line[-1]
    side = (back_y - y) / 3, (x - back_x) / 3
    wings = [(back_x + sign * side[0], back_y + sign * side[1]) for sign in (1, -1)]
    axes.add_patch(Polygon([(x, y), *wings], color=_LINE))


def _inches(place: Place) -> Place:
    return place[0] * _WIDE, -place[1] * _HIGH
