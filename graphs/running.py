"""Runs a compiled graph at the edge, with the recursion limit that langgraph would leave open."""

from typing import Any

from trialogue.graphs.context import Context

RECURSION_LIMIT = 200


async def run_graph(compiled: Any, given: dict[str, Any], context: Context) -> dict[str, Any]:
    """The final state of a compiled graph for a given first state."""
    state: dict[str, Any] = await compiled.ainvoke(
        given, {"recursion_limit": RECURSION_LIMIT}, context=context
    )
    return state
