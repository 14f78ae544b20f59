"""Trees with the same values and fewer nodes."""

from math import isfinite, prod

from trialogue.evaluation.trees.tree import Inner, Leaf, Tree

DIGITS = 12
_ODD = ("tanh", "log", "sqrt")
_NEVER_NEGATIVE = ("abs", "square", "exp")


def simplified(tree: Tree) -> Tree:
    """The tree without what changes nothing: wherever its values are finite, they are equal but
    for rounding. Never larger than it was; simplifying again changes nothing.
    """
    while (shorter := _bottom_up(tree)) != tree:
        tree = shorter
    return tree


def _bottom_up(tree: Tree) -> Tree:
    if isinstance(tree, Leaf):
        return tree
    return _shorter(tree.operator, tuple(map(_bottom_up, tree.children)))


def _shorter(operator: str, children: tuple[Tree, ...]) -> Tree:
    same = Inner(operator, children)
    match operator, children:
        case "neg", (child,):
            return negated(child) or same
        case ("abs" | "square") as even, (child,):
            return _even(even, child)
        case "sqrt", (Inner("square", (child,)),):
            return Inner("abs", (child,))
        case odd, (Inner("neg", (child,)),) if odd in _ODD:
            return Inner("neg", (Inner(odd, (child,)),))
        case "add", (first, second):
            return _sum(first, second)
        case "mul", (first, second):
            return _product(first, second)
        case (("min" | "max"), (first, second)):
            return _extreme(operator, first, second)
    return same


def negated(tree: Tree) -> Tree | None:
    """A tree of the same size with the opposite value, where the sign has somewhere to go."""
    match tree:
        case Leaf(name, weight):
            return Leaf(name, -weight)
        case Inner("neg", (child,)):
            return child
        case Inner(odd, (child,)) if odd in _ODD and (turned := negated(child)):
            return Inner(odd, (turned,))
        case Inner("mul", (first, second)):
            if turned := negated(first):
                return Inner("mul", (turned, second))
            turned = negated(second)
            return Inner("mul", (first, turned)) if turned else None
        case Inner("add" | "min" | "max" as operator, (first, second)):
            opposite = {"add": "add", "min": "max", "max": "min"}[operator]
            turned, other = negated(first), negated(second)
            return Inner(opposite, (turned, other)) if turned and other else None
    return None


def _even(operator: str, child: Tree) -> Tree:
    """|x| or x²: a sign inside has no effect."""
    match child:
        case Inner("neg" | "abs" as inside, (inner,)) if inside == "neg" or operator == "square":
            return Inner(operator, (inner,))
        case Inner("sqrt", (inner,)) if operator == "square":
            return Inner("abs", (inner,))
        case Inner(inside) if operator == "abs" and inside in _NEVER_NEGATIVE:
            return child
        case Leaf(name, weight) if weight < 0:
            return Inner(operator, (Leaf(name, -weight),))
    return Inner(operator, (child,))


def _parts(operator: str, *trees: Tree) -> list[Tree]:
    """What a chain of one operator joins, from left to right."""
    found: list[Tree] = []
    for tree in trees:
        if isinstance(tree, Inner) and tree.operator == operator:
            found += _parts(operator, *tree.children)
        else:
            found.append(tree)
    return found


def _joined(operator: str, parts: list[Tree]) -> Tree:
    tree = parts[0]
    for part in parts[1:]:
        tree = Inner(operator, (tree, part))
    return tree


def _sum(first: Tree, second: Tree) -> Tree:
    """Leaves of one metric are added up; two negations become one."""
    match first, second:
        case Inner("neg", (one,)), Inner("neg", (other,)):
            return Inner("neg", (Inner("add", (one, other)),))
    parts = _parts("add", first, second)
    weights: dict[str, list[float]] = {}
    for part in parts:
        if isinstance(part, Leaf):
            weights.setdefault(part.name, []).append(part.weight)
    totals = {name: _total(found) for name, found in weights.items()}
    if not all(map(isfinite, totals.values())):
        return Inner("add", (first, second))
    kept = [_once(part, totals) for part in parts]
    there = [part for part in kept if part is not None]
    # What cancels is dropped if anything is left: a tree cannot be a mere 0.
    return _joined("add", there or [Leaf(next(iter(weights)), 0.0)])


def _once(part: Tree, totals: dict[str, float]) -> Tree | None:
    """A leaf with its metric's whole weight where the metric comes first; nothing afterwards."""
    if not isinstance(part, Leaf):
        return part
    total = totals.pop(part.name, 0.0)
    return Leaf(part.name, total) if total else None


def _total(weights: list[float]) -> float:
    # A rest of rounding is nothing.
    total = sum(weights)
    return _rounded(total) if abs(total) > 1e-12 * max(map(abs, weights)) else 0.0


def _product(first: Tree, second: Tree) -> Tree:
    """All weights go to the first leaf, two signs cancel, x · x is x²."""
    if first == second:
        return Inner("square", (first,))
    match first, second:
        case Inner("neg", (one,)), Inner("neg", (other,)):
            return Inner("mul", (one, other))
        case (Inner("neg", (one,)), other) | (other, Inner("neg", (one,))):
            if turned := negated(other):
                return Inner("mul", (one, turned) if other is second else (turned, one))
    return _joined("mul", _pooled(_parts("mul", first, second)))


def _pooled(parts: list[Tree]) -> list[Tree]:
    held = [part for part in parts if isinstance(part, Leaf)]
    if len(held) < 2:
        return parts
    total = prod(leaf.weight for leaf in held)
    if not isfinite(total):
        return parts
    weights = iter([_rounded(total), *([1.0] * (len(held) - 1))])
    return [Leaf(part.name, next(weights)) if isinstance(part, Leaf) else part for part in parts]


def _extreme(operator: str, first: Tree, second: Tree) -> Tree:
    """The same thing twice counts once; two negations become one outside."""
    match first, second:
        case Inner("neg", (one,)), Inner("neg", (other,)):
            opposite = {"min": "max", "max": "min"}[operator]
            return Inner("neg", (Inner(opposite, (one, other)),))
    return _joined(operator, list(dict.fromkeys(_parts(operator, first, second))))


def _rounded(weight: float) -> float:
    # Sums of decimal fractions get back the digits that people wrote.
    return float(f"{weight:.{DIGITS}g}")
