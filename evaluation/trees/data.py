"""Trees as JSON values."""

import math
from typing import Any

from trialogue.errors import UsageError
from trialogue.evaluation.trees.parsing import DEEPEST
from trialogue.evaluation.trees.tree import Inner, Leaf, Tree


def to_data(tree: Tree) -> dict[str, Any]:
    """`{"metric": name, "weight": w}` for a leaf, `{"operator": name, "children": […]}` else."""
    if isinstance(tree, Leaf):
        return {"metric": tree.name, "weight": tree.weight}
    return {"operator": tree.operator, "children": [to_data(child) for child in tree.children]}


def from_data(data: Any) -> Tree:
    """The tree of `to_data`'s value. Raises UsageError for anything else, also if too deep."""
    return _node(data, DEEPEST)


def _node(data: Any, levels: int) -> Tree:
    match data:
        case {"metric": str(name), "weight": weight, **rest} if _is_number(weight) and not rest:
            return Leaf(name, _number(weight))
        case {"operator": str(operator), "children": [*children], **rest} if not rest and levels:
            return Inner(operator, tuple(_node(child, levels - 1) for child in children))
    if not levels:
        raise UsageError(f"a metric tree is at most {DEEPEST} operators deep")
    raise UsageError(
        "a node of a metric tree has a metric and a weight, or an operator and children, not "
        f"{str(data)[:60]!r}"
    )


def _is_number(weight: Any) -> bool:
    return isinstance(weight, int | float) and not isinstance(weight, bool)


def _number(weight: int | float) -> float:
    try:
        return float(weight)
    except OverflowError:
        return math.inf
