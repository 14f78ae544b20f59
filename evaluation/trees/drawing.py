"""Trees as graphs: Mermaid text, and SVG with a layout of its own."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from trialogue.evaluation.report.blocks import Chart
from trialogue.evaluation.trees.formula import weight_text
from trialogue.evaluation.trees.tree import Leaf, Path, Tree, depth, nodes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIGNS: Mapping[str, str] = {
    "add": "+", "mul": "×", "neg": "−", "abs": "|x|", "inv": "1/x", "square": "x²", "sqrt": "√",
}  # fmt: skip
_LEAF_FILL, _INNER_FILL, _EDGE = "#e8eef5", "#ffffff", "#5c677d"
Places = dict[Path, tuple[float, float]]


def mermaid(tree: Tree) -> str:
    """A Mermaid flowchart from the root down; nodes are numbered, parents first."""
    numbers = {path: number for number, (path, _) in enumerate(nodes(tree))}
    lines = ["flowchart TD"]
    for path, node in nodes(tree):
        left, right = ("[", "]") if isinstance(node, Leaf) else ("((", "))")
        lines.append(f"  n{numbers[path]}{left}{_quoted(_label(node))}{right}")
    lines += [f"  n{numbers[path[:-1]]} --> n{numbers[path]}" for path in numbers if path]
    return "\n".join(lines) + "\n"


def svg(tree: Tree) -> str:
    """The drawing as an SVG element, the same bytes for the same tree."""
    return tree_chart(tree, "tree", "").svg


def tree_chart(tree: Tree, name: str, caption: str) -> Chart:
    """The drawing as a chart of a report: leaves side by side, parents above their children."""
    from trialogue.evaluation.report.charts import drawn

    places = layout(tree)
    width = max(x for x, _ in places.values())
    widest = max(len(line) for _, node in nodes(tree) for line in _label(node).split("\n"))
    inches = max(2.4, (0.5 + 0.085 * widest) * (width + 1)), 0.7 + 0.75 * (depth(tree) + 0.5)
    return drawn(name, caption, lambda axes: _paint(axes, tree, places), inches)


def layout(tree: Tree) -> Places:
    """Where each node goes: leaves at x = 0, 1, 2 …, parents in the middle, y = -depth."""
    places: Places = {}
    across = 0.0
    # From right to left in reverse: children come before their parents, leaves still in order.
    for path, node in reversed(list(nodes(tree))):
        if isinstance(node, Leaf):
            x, across = -across, across + 1
        else:
            xs = [places[(*path, place)][0] for place in range(len(node.children))]
            x = sum(xs) / len(xs)
        places[path] = (x, -float(len(path)))
    return {path: (x + across - 1, y) for path, (x, y) in places.items()}


def _label(node: Tree) -> str:
    if not isinstance(node, Leaf):
        return SIGNS.get(node.operator, node.operator)
    return node.name if node.weight == 1 else f"{weight_text(node.weight)} ×\n{node.name}"


def _quoted(label: str) -> str:
    # Mermaid reads entity codes with # for &, and backslashes as they are.
    safe = {ord(sign): f"#{ord(sign)};" for sign in '"#&<>\\`'}
    return json.dumps(label.replace("\n", " ").translate(safe), ensure_ascii=False)


def _paint(axes: "Axes", tree: Tree, places: Places) -> None:
    axes.set_axis_off()
    for path, (x, y) in places.items():
        if path:
            above = places[path[:-1]]
            axes.plot([above[0], x], [above[1], y], color=_EDGE, linewidth=1, zorder=1)
    for path, node in nodes(tree):
        fill = _LEAF_FILL if isinstance(node, Leaf) else _INNER_FILL
        box = {"boxstyle": "round,pad=0.35", "facecolor": fill, "edgecolor": _EDGE}
        axes.text(*places[path], _label(node), ha="center", va="center", bbox=box, zorder=2)
    axes.set_xlim(
        min(x for x, _ in places.values()) - 0.6, max(x for x, _ in places.values()) + 0.6
    )
    axes.set_ylim(-depth(tree) - 0.5, 0.5)
