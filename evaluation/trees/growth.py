"""Random trees: expanded from the root until a path reaches the depth asked for (METHOD §4)."""

from collections.abc import Sequence

import numpy as np

from trialogue.errors import UsageError
from trialogue.evaluation.trees.limits import LIMITS, Limits
from trialogue.evaluation.trees.tree import Inner, Leaf, Tree, size

LEAF_SHARE = 0.5
BINARY_SHARE = 0.6
DIGITS = 3


def grown(
    rng: np.random.Generator, names: Sequence[str], depth: int = 2, limits: Limits = LIMITS
) -> Tree:
    """A random tree over the named metrics whose longest path has exactly `depth` steps.

    Raises UsageError without names, or where the limits have no room for such a path.
    """
    if not names:
        raise UsageError("no metric to make a tree of")
    if not 0 <= depth <= limits.depth or depth >= limits.size:
        raise UsageError(f"no tree of depth {depth} fits into {limits.depth}, {limits.size} nodes")
    if not limits.of_arity(1) and limits.size < 2 * depth + 1:
        raise UsageError(f"operators of two arguments need {2 * depth + 1} nodes for this depth")
    return _grown(rng, names, depth, limits.size, limits, spine=True)


def random_leaf(rng: np.random.Generator, names: Sequence[str]) -> Leaf:
    """A metric with a weight from N(0, 1); weights have three digits so that people read them."""
    return Leaf(names[int(rng.integers(len(names)))], rounded(float(rng.normal())))


def rounded(weight: float) -> float:
    """The nearest number of three significant digits."""
    return float(f"{weight:.{DIGITS}g}")


def drawn_operator(rng: np.random.Generator, limits: Limits, most: int = 2) -> str:
    """An operator of at most `most` arguments: first how many, then which."""
    one, two = limits.of_arity(1), limits.of_arity(2) if most > 1 else ()
    both = two if two and (not one or rng.random() < BINARY_SHARE) else one
    return both[int(rng.integers(len(both)))]


def _grown(
    rng: np.random.Generator,
    names: Sequence[str],
    levels: int,
    room: int,
    limits: Limits,
    spine: bool,
) -> Tree:
    """A tree of at most `levels` steps and `room` nodes; the spine is the path that must reach."""
    fewest = levels if limits.of_arity(1) else 2 * levels - 1
    most = 2 if room >= (2 + fewest if spine else 3) else 1
    if not levels or room < 2 or (most < 2 and not limits.of_arity(1)):
        return random_leaf(rng, names)
    if not spine and rng.random() < LEAF_SHARE:
        return random_leaf(rng, names)
    operator = drawn_operator(rng, limits, most)
    if operator not in limits.of_arity(2):
        return Inner(operator, (_grown(rng, names, levels - 1, room - 1, limits, spine),))
    side_room = room - 1 - (fewest if spine else 1)
    side = _grown(rng, names, levels - 1, side_room, limits, spine=False)
    other = _grown(rng, names, levels - 1, room - 1 - size(side), limits, spine)
    return Inner(operator, (side, other) if rng.random() < 0.5 else (other, side))
