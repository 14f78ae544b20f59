"""The user pool U = H(x, p1) (eq. 1): propose → reject duplicates → pool."""

import asyncio
from dataclasses import replace
from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from trialogue.agents.caller import Meter
from trialogue.agents.participants import enough_points
from trialogue.agents.personas import fitting_persona
from trialogue.agents.seeds import seed_for
from trialogue.agents.story import draw_story
from trialogue.agents.user_generator import Candidate, propose
from trialogue.errors import DialogueFailed, ModelError
from trialogue.graphs.context import Context
from trialogue.graphs.traced import Graph
from trialogue.memory.spans import span
from trialogue.records import Persona

TOLD = 3
"""As many intents of others does the generator see."""


class State(TypedDict):
    """`numbers` of the users wanted, `tries` so far and the intents `known` of users of earlier
    waves go in; `pool` comes out by number.

    A number without a candidate in `pool` found none that could be used.
    """

    numbers: tuple[int, ...]
    tries: int
    known: tuple[str, ...]
    proposed: dict[int, Candidate | None]
    pool: dict[int, Candidate]


class Update(TypedDict, total=False):
    """What a node may change."""

    tries: int
    proposed: dict[int, Candidate | None]
    pool: dict[int, Candidate]


async def propose_users(state: State, runtime: Runtime[Context]) -> Update:
    """One candidate for every number that has none yet, each told who is already there."""
    context, tries, pool = runtime.context, state.get("tries", 0), state.get("pool", {})
    open_numbers = [number for number in state["numbers"] if number not in pool]
    intents = (*state.get("known", ()), *(there.user.intent for there in pool.values()))
    taken = intents[-TOLD:]
    # A point is told in each round; one more would never be told.
    rounds, (low, high) = context.options.rounds, context.options.points
    fewest, most = enough_points(context.scenario, (min(low, rounds), min(high, rounds)), rounds)

    async def one(number: int) -> Candidate | None:
        writer = replace(context.writer("user", number, tries), meter=Meter())
        seed = seed_for(context.seed, "user", number, tries)
        story = draw_story(
            context.scenario,
            seed,
            (fewest, most),
            _persona(context, number),
            context.manner_of(number).values,
        )
        user_id = f"{context.scenario.id}-{context.seed}-{number}-{tries}"
        if context.remembered("lost user", number, tries):
            return None
        try:
            with span("CHAIN", "users.propose one") as seen:
                seen.belongs(number=number)
                return await propose(writer, context.scenario, story, user_id, taken)
        except DialogueFailed:
            return None
        except ModelError as error:
            context.remember(str(error), "lost user", number, tries)
            return None

    # All are waited for, so that no call goes on when one ends the run.
    proposed = await asyncio.gather(*map(one, open_numbers), return_exceptions=True)
    found: dict[int, Candidate | None] = {}
    for number, candidate in zip(open_numbers, proposed, strict=True):
        if isinstance(candidate, BaseException):
            raise candidate
        found[number] = candidate
    return {"proposed": found, "tries": tries + 1}


def _persona(context: Context, number: int) -> Persona | None:
    """The persona of a dialogue's number, the same in every try; None where none is asked for."""
    if context.personas is None:
        return None
    return fitting_persona(context.personas, context.seed, number, context.scenario)


async def reject_duplicates(state: State, runtime: Runtime[Context]) -> Update:
    """Drop candidates too near to a pool user, of this wave or earlier, or to one beside them.

    After the last try the nearest thing to a new user is kept.
    """
    context = runtime.context
    candidates = {n: c for n, c in state["proposed"].items() if c is not None}
    if not candidates:
        return {"proposed": {}}
    texts = [about(candidate) for candidate in candidates.values()]
    beside = [about(there) for there in state.get("pool", {}).values()]
    near = await context.people.nearness(texts, min(state["numbers"]), beside)
    last = state["tries"] % context.options.proposals == 0
    kept = {
        number: candidate
        for (number, candidate), nearness in zip(candidates.items(), near, strict=True)
        if last or nearness <= context.options.duplicate
    }
    return {"proposed": dict(kept)}


async def pool_users(state: State, runtime: Runtime[Context]) -> Update:
    """Put who is left into the pool."""
    context = runtime.context
    new = {n: c for n, c in state["proposed"].items() if c is not None}
    # A user found in a later round stands in for one whose dialogue failed. Others may or may not
    # have been compared with the first by then, so the first stays what they are compared with.
    if new and state["tries"] <= context.options.proposals:
        await context.people.keep(list(new), [about(c) for c in new.values()])
    return {"pool": {**state.get("pool", {}), **new}}


def about(candidate: Candidate) -> str:
    """What two users are compared by: occasion, intent, what they did and ask."""
    story = candidate.story
    notes = " ".join(point.note for point in story.points)
    return " ".join([story.occasion, candidate.user.intent, notes, *candidate.user.problems])


def _filled(state: State, runtime: Runtime[Context]) -> str:
    full = all(number in state["pool"] for number in state["numbers"])
    spent = state["tries"] % runtime.context.options.proposals == 0
    return END if full or spent else "propose"


def build() -> StateGraph[State, Context, State, State]:
    """The graph, not compiled."""
    graph = Graph(State)
    graph.add_node("propose", propose_users)
    graph.add_node("reject", reject_duplicates)
    graph.add_node("pool", pool_users)
    graph.add_edge(START, "propose")
    graph.add_edge("propose", "reject")
    graph.add_edge("reject", "pool")
    graph.add_conditional_edges("pool", _filled, {"propose": "propose", END: END})
    return graph
