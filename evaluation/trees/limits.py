"""What a tree may be while it is searched for."""

from dataclasses import dataclass

from trialogue.errors import UsageError
from trialogue.evaluation.trees.operators import OPERATORS, arity
from trialogue.evaluation.trees.tree import Inner, Tree, depth, nodes, size


@dataclass(frozen=True)
class Limits:
    """The deepest (steps from root to leaf) and largest (nodes) tree, and the operators used.

    Raises UsageError for an unknown operator, for none, or for no room.
    """

    depth: int = 6
    size: int = 25
    operators: tuple[str, ...] = tuple(OPERATORS)

    def __post_init__(self) -> None:
        if self.depth < 0 or self.size < 1 or not self.operators:
            raise UsageError("a metric tree needs room for a leaf, and operators to choose from")
        for operator in self.operators:
            arity(operator)

    def allow(self, tree: Tree) -> bool:
        """Whether a tree is within them."""
        used = {node.operator for _, node in nodes(tree) if isinstance(node, Inner)}
        return depth(tree) <= self.depth and size(tree) <= self.size and used <= set(self.operators)

    def of_arity(self, count: int) -> tuple[str, ...]:
        """The operators with so many arguments."""
        return tuple(name for name in self.operators if arity(name) == count)


LIMITS = Limits()
