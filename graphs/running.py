"""Runs a compiled graph at the edge, with the recursion limit that langgraph would leave open."""

from typing import Any

from trialogue.graphs.context import Context, Options

ROOM = 200


async def run_graph(compiled: Any, given: dict[str, Any], context: Context) -> dict[str, Any]:
    """The final state of a compiled graph for a given first state."""
    state: dict[str, Any] = await compiled.ainvoke(
        given, {"recursion_limit": steps(context.options)}, context=context
    )
    return state


def steps(options: Options) -> int:
    """More steps than any graph takes: 4 a point, 2 a round, 3 a proposal, and room."""
    return 4 * options.points[1] + 2 * options.rounds + 3 * options.proposals + ROOM
