"""A metric tree ω: base metrics with weights at the leaves, operators above (METHOD §4)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from trialogue.errors import UsageError
from trialogue.evaluation.trees.operators import arity

Path = tuple[int, ...]


@dataclass(frozen=True)
class Leaf:
    """A base metric by name, times a finite weight."""

    name: str
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not self.name:
            raise UsageError("a leaf of a metric tree needs the name of a metric")
        if not math.isfinite(self.weight):
            raise UsageError(f"the weight of {self.name!r} is not a finite number: {self.weight}")


@dataclass(frozen=True)
class Inner:
    """An operator with as many children as its arity says. Raises UsageError otherwise."""

    operator: str
    children: tuple["Tree", ...]

    def __post_init__(self) -> None:
        if len(self.children) != arity(self.operator):
            raise UsageError(
                f"{self.operator!r} takes {arity(self.operator)} arguments, not "
                f"{len(self.children)}"
            )

    def __hash__(self) -> int:
        return self._hash

    def __getstate__(self) -> dict[str, object]:
        """Without the hash, which another process would not share."""
        return {"operator": self.operator, "children": self.children}

    @cached_property
    def _hash(self) -> int:
        # Trees share their parts; each is looked up many times while a population is evaluated.
        return hash((self.operator, self.children))


Tree = Leaf | Inner


def depth(tree: Tree) -> int:
    """Steps from the root down to the farthest leaf; 0 for a lone leaf."""
    return 0 if isinstance(tree, Leaf) else 1 + max(map(depth, tree.children))


def size(tree: Tree) -> int:
    """The number of nodes, leaves and operators."""
    return 1 if isinstance(tree, Leaf) else 1 + sum(map(size, tree.children))


def leaves(tree: Tree) -> tuple[Leaf, ...]:
    """The leaves from left to right."""
    return tuple(node for _, node in nodes(tree) if isinstance(node, Leaf))


def names(tree: Tree) -> tuple[str, ...]:
    """The different base metrics of a tree in order of their first use."""
    return tuple(dict.fromkeys(leaf.name for leaf in leaves(tree)))


def nodes(tree: Tree, path: Path = ()) -> Iterator[tuple[Path, Tree]]:
    """Every node with the way to it (which child at each step), parents first."""
    yield path, tree
    if isinstance(tree, Inner):
        for place, child in enumerate(tree.children):
            yield from nodes(child, (*path, place))


def with_node(tree: Tree, path: Path, node: Tree) -> Tree:
    """The same tree with another node, and all below it, at the end of `path`."""
    if not path:
        return node
    if isinstance(tree, Leaf):
        raise IndexError(path)
    changed = list(tree.children)
    changed[path[0]] = with_node(changed[path[0]], path[1:], node)
    return Inner(tree.operator, tuple(changed))
