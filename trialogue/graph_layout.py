"""Places the nodes of a graph in layers from top to bottom (after Sugiyama, Tagawa & Toda 1981)."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

Edge = tuple[str, str]
Place = tuple[float, float]
_SWEEPS = 8


class Layout(NamedTuple):
    """Where nodes stand: x around 0, y the number of the layer, downwards from 0.

    `ways` are the places that edges pass on layers between their ends, none where they have no
    layers between; edges that lead back are not among them.
    """

    nodes: Mapping[str, Place]
    ways: Mapping[Edge, tuple[Place, ...]]


def laid_out(nodes: Sequence[str], edges: Sequence[Edge]) -> Layout:
    """The layout of a graph whose first node stands at the top."""
    forward = _forward(nodes, edges)
    layer = _layers(nodes, forward)
    passed = {edge: _passed(edge, layer) for edge in forward}
    steps = [step for edge in forward for step in pairwise((edge[0], *passed[edge], edge[1]))]
    layer |= {one: layer[e[0]] + n for e in forward for n, one in enumerate(passed[e], start=1)}
    rows = [[n for n in layer if layer[n] == y] for y in range(max(layer.values(), default=-1) + 1)]
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        _sort(rows if down else rows[::-1], _neighbours(steps, down=down))
    where = {
        node: (place - (len(row) - 1) / 2, float(y))
        for y, row in enumerate(rows)
        for place, node in enumerate(row)
    }
    return Layout(
        {node: where[node] for node in nodes},
        {edge: tuple(where[one] for one in passed[edge]) for edge in forward},
    )


def _passed(edge: Edge, layer: Mapping[str, int]) -> tuple[str, ...]:
    """Names of places on the layers between the ends of an edge."""
    source, target = edge
    between = range(layer[source] + 1, layer[target])
    return tuple(f"{source}\n{target}\n{number}" for number in between)


def _forward(nodes: Sequence[str], edges: Sequence[Edge]) -> list[Edge]:
    """The edges without those that lead back to a node on the way to them."""
    follows: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        follows[source].append(target)
    kept: list[Edge] = []
    done: set[str] = set()

    def visit(node: str, way: tuple[str, ...]) -> None:
        done.add(node)
        for target in follows[node]:
            if target not in (*way, node):
                kept.append((node, target))
                if target not in done:
                    visit(target, (*way, node))

    for node in nodes:
        if node not in done:
            visit(node, ())
    return kept


def _layers(nodes: Sequence[str], forward: Sequence[Edge]) -> dict[str, int]:
    """The length of the longest way to each node."""
    layer = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for source, target in forward:
            layer[target] = max(layer[target], layer[source] + 1)
    return layer


def _neighbours(forward: Sequence[Edge], *, down: bool) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source, target in forward:
        node, other = (target, source) if down else (source, target)
        found.setdefault(node, []).append(other)
    return found


def _sort(rows: Sequence[list[str]], neighbours: Mapping[str, list[str]]) -> None:
    """Bring every row into the order of the mean places of its neighbours."""
    place: dict[str, float] = {}
    for row in rows:
        middle = (len(row) - 1) / 2
        wanted = {
            node: _mean([place[n] for n in neighbours.get(node, ()) if n in place], index - middle)
            for index, node in enumerate(row)
        }
        row.sort(key=lambda node: wanted[node])
        place |= {node: index - middle for index, node in enumerate(row)}


def _mean(places: Sequence[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise
