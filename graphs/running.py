"""Runs a compiled graph at the edge, with the recursion limit that langgraph would leave open."""

from typing import Any

from trialogue.graphs.context import USER_MODE_ROUNDS, Context, Options

ROOM = 200


async def run_graph(compiled: Any, given: dict[str, Any], context: Context) -> dict[str, Any]:
    """The final state of a compiled graph for a given first state."""
    before = context.start.participants if context.start else ()
    parties = max(len(context.scenario.participants), len(before))
    state: dict[str, Any] = await compiled.ainvoke(
        given,
        {"recursion_limit": steps(context.options, parties)},
        context=context,
    )
    return state


def steps(options: Options, parties: int = 2) -> int:
    """More steps than any graph takes: 4 a point, 3 a turn, 3 a proposal, and room."""
    turns = max(parties, 2) * max(options.rounds, USER_MODE_ROUNDS)
    return 4 * options.points[1] + 3 * turns + 3 * options.proposals + ROOM
