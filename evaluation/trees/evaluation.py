"""Values of trees for a whole batch of dialogues at once."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.trees.operators import OPERATORS
from trialogue.evaluation.trees.tree import Leaf, Tree, nodes


def evaluate(tree: Tree, values: Mapping[str, Floats]) -> Floats:
    """A tree's value for each of D dialogues (or turns) from the leaves' standardised values.

    Every array is (D,). The result may be infinite or NaN where finite values overflow; screening
    finds such trees. Raises UsageError for a leaf that has no values.
    """
    found: Floats = evaluate_many([tree], values)[0]
    return found


def evaluate_many(trees: Sequence[Tree], values: Mapping[str, Floats]) -> Floats:
    """The values of T trees for D dialogues, (T, D); what trees have in common is done once."""
    count = len(next(iter(values.values()))) if values else 0
    result = np.empty((len(trees), count))
    uses = Counter(node for tree in trees for _, node in nodes(tree))
    kept: dict[Tree, Floats] = {}
    with np.errstate(all="ignore"):
        for row, tree in zip(result, trees, strict=True):
            row[:] = _value(tree, values, uses, kept)
    return result


def _value(
    tree: Tree, values: Mapping[str, Floats], uses: Mapping[Tree, int], kept: dict[Tree, Floats]
) -> Floats:
    if tree in kept:
        return kept[tree]
    found: Floats
    if isinstance(tree, Leaf):
        found = tree.weight * _leaf(tree.name, values)
    else:
        parts = [_value(child, values, uses, kept) for child in tree.children]
        found = OPERATORS[tree.operator].compute(*parts)
    if uses[tree] > 1:
        kept[tree] = found
    return found


def _leaf(name: str, values: Mapping[str, Floats]) -> Floats:
    if name not in values:
        raise UsageError(f"no values of {name!r}; there are: {', '.join(values)}")
    return values[name]
