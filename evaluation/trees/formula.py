"""Trees as formulas that people read, which `parsing.parse` turns back into the same tree."""

import json
import re

from trialogue.evaluation.trees.operators import OPERATORS
from trialogue.evaluation.trees.tree import Inner, Leaf, Tree

PLAIN_NAME = re.compile(r"[^\W\d]\w*(?:@\w+)?")
_SUM, _PRODUCT, _SIGNED, _POWER, _ATOM = range(5)
Piece = tuple[str, int]


def formula(tree: Tree) -> str:
    """The formula of a tree: `0.7*distinct_2 + tanh(coherence_tfidf - 1.5*repetition)`.

    A number times a name is a leaf. `x / y` is x times the inverse of y, `x^2` the square;
    weights have the fewest digits that give the same number again.
    """
    return _piece(tree)[0]


def weight_text(weight: float) -> str:
    """The shortest decimal notation that reads back as the same number."""
    return repr(weight).removesuffix(".0")


def _piece(tree: Tree) -> Piece:
    """The text, and how tightly its outermost part binds."""
    if isinstance(tree, Leaf):
        return _leaf(tree)
    match tree.operator, tree.children:
        case "add", (first, second):
            return _sum(first, second), _SUM
        case "mul", (first, Inner("inv", (below,))):
            return f"{_within(first, _PRODUCT)} / {_within(below, _POWER)}", _PRODUCT
        case "mul", (first, second):
            return f"{_within(first, _PRODUCT)} * {_within(second, _SIGNED)}", _PRODUCT
        case "neg", (child,):
            return f"-{_negated(child)}", _SIGNED
        case "inv", (child,):
            return f"1/{_within(child, _POWER)}", _SIGNED
        case "square", (child,):
            return f"{_within(child, _ATOM)}^2", _POWER
        case operator, children:
            return f"{operator}({', '.join(map(formula, children))})", _ATOM


def _leaf(leaf: Leaf) -> Piece:
    # A name that is an operator's would be taken for the operator before a bracket.
    plain = PLAIN_NAME.fullmatch(leaf.name) and leaf.name not in OPERATORS
    name = leaf.name if plain else json.dumps(leaf.name)
    if leaf.weight == 1:
        return name, _ATOM
    if leaf.weight == -1:
        return f"-{name}", _SIGNED
    return f"{weight_text(leaf.weight)}*{name}", _SIGNED


def _within(tree: Tree, least: int) -> str:
    text, binding = _piece(tree)
    return text if binding >= least else f"({text})"


def _sum(first: Tree, second: Tree) -> str:
    left, right = _within(first, _SUM), _within(second, _PRODUCT)
    return f"{left} - {right[1:]}" if right.startswith("-") else f"{left} + {right}"


def _negated(tree: Tree) -> str:
    """What stands behind a minus; a bare leaf there would take the minus into its weight."""
    if isinstance(tree, Leaf):
        return f"({_leaf(tree)[0]})"
    return _within(tree, _POWER)
