"""Draws the graphs as Mermaid text; nothing is sent anywhere."""

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from trialogue import graphs
from trialogue.tools.plugins import unknown_name


@dataclass(frozen=True)
class Drawing:
    """A graph with the graphs inside it: Mermaid text, nodes, and edges from node to node.

    `conditional` are those edges that are taken only if their condition holds.
    """

    name: str
    mermaid: str
    nodes: tuple[str, ...]
    edges: tuple[tuple[str, str], ...]
    conditional: tuple[tuple[str, str], ...] = ()


def draw(name: str) -> Drawing:
    """The drawing of a graph by name. Raises UsageError with the nearest names."""
    builds = _builds()
    if name not in builds:
        raise unknown_name("graph", name, builds)
    drawn = builds[name]().compile().get_graph(xray=True)
    return Drawing(
        name=name,
        mermaid=drawn.draw_mermaid(),
        nodes=tuple(drawn.nodes),
        edges=tuple((edge.source, edge.target) for edge in drawn.edges),
        conditional=tuple((edge.source, edge.target) for edge in drawn.edges if edge.conditional),
    )


def graph_names() -> tuple[str, ...]:
    """The graphs that can be drawn."""
    return tuple(_builds())


def _builds() -> dict[str, Any]:
    modules = {
        found.name: import_module(f"{graphs.__name__}.{found.name}")
        for found in iter_modules(graphs.__path__)
    }
    return {n: module.build for n, module in sorted(modules.items()) if hasattr(module, "build")}
