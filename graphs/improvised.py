"""A dialogue whose user has lived through nothing (R, table 4): both talk in turn, a fixed number
of rounds."""

import operator
from dataclasses import replace
from typing import Annotated, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from trialogue.agents.assistant import assistant_turn
from trialogue.agents.checks import Side
from trialogue.agents.goal import Progress
from trialogue.agents.improvising import improvised_turn
from trialogue.agents.participants import on_side
from trialogue.agents.scene import Scene
from trialogue.graphs.context import Context, Pair
from trialogue.graphs.floor import scene_of
from trialogue.graphs.looking_up import asked_now
from trialogue.graphs.pool import UserPool
from trialogue.graphs.traced import Graph
from trialogue.records import Turn, UserProfile


class State(TypedDict):
    """`user` and `rounds` go in; `turns` and `stop_reason` come out."""

    user: UserProfile
    rounds: int
    turns: Annotated[tuple[Turn, ...], operator.add]
    stop_reason: str


class Update(TypedDict, total=False):
    """What a node may change."""

    turns: tuple[Turn, ...]
    stop_reason: str


async def met(context: Context) -> Pair:
    """The user of this dialogue, as much of it as is to be known, and the number of rounds.

    Both are those of the pair with this number; without pairs the user comes from the pool and has
    a round for each of its questions.
    """
    pair = await _pair(context)
    user = pair.user
    if context.options.user == "direct":
        anybody = context.scenario.roles.user.description
        user = UserProfile(id=user.id, identity=anybody, intent="", problems=())
    return Pair(user, min(pair.rounds, context.rounds))


async def _pair(context: Context) -> Pair:
    if context.pairs:
        return context.pairs[context.number]
    candidate = await (context.pool or UserPool()).candidate(context)
    return Pair(candidate.user, len(candidate.user.problems))


async def speak_as_user(state: State, runtime: Runtime[Context]) -> Update:
    """The user's next turn."""
    turn = await improvised_turn(_scene(state, runtime.context, "user"))
    await runtime.context.tell(turn)
    return {"turns": (turn,)}


async def answer_as_assistant(state: State, runtime: Runtime[Context]) -> Update:
    """The assistant's answer, made as in every dialogue."""
    context = runtime.context
    scene = _scene(state, context, "assistant")
    turn = await assistant_turn(
        scene,
        await asked_now(scene, context),
        context.toolbox,
        consult=context.consult,
        steps=context.options.tool_steps,
    )
    await context.tell(turn)
    return {"turns": (turn,), "stop_reason": "max_rounds"}


def _scene(state: State, context: Context, side: Side) -> Scene:
    scene = scene_of(context, state["user"], (), state.get("turns", ()), (), Progress(), "")
    # Such users may ask a thing twice, and so the answer may be given twice, as in user mode.
    return replace(scene, speaks=on_side(scene.people, side)[0], mode="user")


def _way(state: State) -> str:
    return END if len(state["turns"]) >= 2 * state["rounds"] else "user"


def build() -> StateGraph[State, Context, State, State]:
    """The graph, not compiled."""
    graph = Graph(State)
    graph.add_node("user", speak_as_user)
    graph.add_node("assistant", answer_as_assistant)
    graph.add_edge(START, "user")
    graph.add_edge("user", "assistant")
    graph.add_conditional_edges("assistant", _way, {"user": "user", END: END})
    return graph
