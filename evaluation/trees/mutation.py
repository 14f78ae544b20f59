"""Changes of trees: insertion, deletion, replacement (METHOD §4), and of what a leaf holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from trialogue.errors import UsageError
from trialogue.evaluation.trees.growth import drawn_operator, grown, random_leaf, rounded
from trialogue.evaluation.trees.limits import LIMITS, Limits
from trialogue.evaluation.trees.operators import arity
from trialogue.evaluation.trees.tree import Inner, Leaf, Path, Tree, nodes, with_node

STEP = 0.5
LARGEST_WEIGHT = 10.0
_TRIES = 8
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Chances:
    """How often offspring are copies or grown anew, else mutated; and by which mutation.

    `insertion`, `deletion` and `replacement` are METHOD's; `weighting` changes weights and
    `exchange` puts another metric at a leaf.
    """

    copy: float = 0.05
    fresh: float = 0.15
    insertion: float = 1.0
    deletion: float = 1.0
    replacement: float = 1.0
    weighting: float = 2.0
    exchange: float = 1.0

    def __post_init__(self) -> None:
        changes = (
            self.insertion, self.deletion, self.replacement, self.weighting, self.exchange,
        )  # fmt: skip
        if min(self.copy, self.fresh, *changes) < 0 or self.copy + self.fresh > 1:
            raise UsageError("chances are not negative, and copy and fresh at most 1 together")
        if not sum(changes):
            raise UsageError("some mutation must have a chance")


CHANCES = Chances()


def inserted(
    rng: np.random.Generator, tree: Tree, names: Sequence[str], limits: Limits = LIMITS
) -> Tree:
    """A random operator put above a node that is not the root, with a new leaf if it takes two.

    The same tree where there is none but the root, or after some tries that went over the limits.
    """
    places = [(path, node) for path, node in nodes(tree) if path]
    for _ in range(_TRIES if places else 0):
        path, node = _one(rng, places)
        operator = drawn_operator(rng, limits)
        children = _shuffled(rng, node, *_more(rng, names, arity(operator) - 1))
        changed = with_node(tree, path, Inner(operator, children))
        if limits.allow(changed):
            return changed
    return tree


def deleted(rng: np.random.Generator, tree: Tree) -> Tree:
    """An operator taken away, one of its children in its place; a lone leaf stays as it is."""
    places = _inner(tree)
    if not places:
        return tree
    path, node = _one(rng, places)
    return with_node(tree, path, node.children[int(rng.integers(len(node.children)))])


def replaced(
    rng: np.random.Generator, tree: Tree, names: Sequence[str], limits: Limits = LIMITS
) -> Tree:
    """An operator exchanged for another; leaves are added or children dropped to its arity.

    The same tree where there is no operator, or after some tries that went over the limits.
    """
    places = _inner(tree)
    for _ in range(_TRIES if places else 0):
        path, node = _one(rng, places)
        operator = drawn_operator(rng, limits)
        kept = _shuffled(rng, *node.children)[: arity(operator)]
        children = kept if len(kept) < len(node.children) else node.children
        children = (*children, *_more(rng, names, arity(operator) - len(children)))
        changed = with_node(tree, path, Inner(operator, children))
        if operator != node.operator and limits.allow(changed):
            return changed
    return tree


def reweighted(rng: np.random.Generator, tree: Tree, step: float = STEP) -> Tree:
    """Weights moved by N(0, step), kept within ±10: all of them, or one (each half the time)."""
    places = _leaves(tree)
    chosen = places if rng.random() < 0.5 else [_one(rng, places)]
    # Steps of very different lengths find both the rough place and the fine one.
    length = step * float(np.exp(rng.normal()))
    for path, leaf in chosen:
        moved = leaf.weight + length * float(rng.normal())
        weight = rounded(float(np.clip(moved, -LARGEST_WEIGHT, LARGEST_WEIGHT)))
        tree = with_node(tree, path, Leaf(leaf.name, weight))
    return tree


def exchanged(rng: np.random.Generator, tree: Tree, names: Sequence[str]) -> Tree:
    """Another metric, with the same weight, at one leaf; the same tree if there is no other."""
    path, leaf = _one(rng, _leaves(tree))
    others = [name for name in names if name != leaf.name]
    return with_node(tree, path, Leaf(_one(rng, others), leaf.weight)) if others else tree


def mutated(
    rng: np.random.Generator,
    tree: Tree,
    names: Sequence[str],
    limits: Limits = LIMITS,
    chances: Chances = CHANCES,
) -> Tree:
    """One change of a tree, which is within the limits; one that changes nothing is tried again."""
    kinds = {
        "insertion": lambda: inserted(rng, tree, names, limits),
        "deletion": lambda: deleted(rng, tree),
        "replacement": lambda: replaced(rng, tree, names, limits),
        "weighting": lambda: reweighted(rng, tree),
        "exchange": lambda: exchanged(rng, tree, names),
    }
    shares = np.array([getattr(chances, kind) for kind in kinds], np.float64)
    for _ in range(_TRIES):
        kind = list(kinds)[int(rng.choice(len(kinds), p=shares / shares.sum()))]
        changed = kinds[kind]()
        if changed != tree:
            return changed
    return tree


def offspring(
    rng: np.random.Generator,
    parent: Tree,
    names: Sequence[str],
    limits: Limits = LIMITS,
    chances: Chances = CHANCES,
    levels: int = 2,
) -> Tree:
    """A copy of the parent, a tree grown anew (to `levels` steps), or the parent mutated."""
    drawn = rng.random()
    if drawn < chances.copy:
        return parent
    if drawn < chances.copy + chances.fresh:
        return grown(rng, names, levels, limits)
    return mutated(rng, parent, names, limits, chances)


def _leaves(tree: Tree) -> list[tuple[Path, Leaf]]:
    return [(path, node) for path, node in nodes(tree) if isinstance(node, Leaf)]


def _inner(tree: Tree) -> list[tuple[Path, Inner]]:
    return [(path, node) for path, node in nodes(tree) if isinstance(node, Inner)]


def _one(rng: np.random.Generator, things: Sequence[Thing]) -> Thing:
    return things[int(rng.integers(len(things)))]


def _more(rng: np.random.Generator, names: Sequence[str], count: int) -> tuple[Leaf, ...]:
    return tuple(random_leaf(rng, names) for _ in range(max(0, count)))


def _shuffled(rng: np.random.Generator, *children: Tree) -> tuple[Tree, ...]:
    return tuple(children[place] for place in rng.permutation(len(children)))
