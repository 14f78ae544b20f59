"""The conversation (eqs. 3-4): user turn ⇄ assistant turn, until the story is told."""

import inspect
import operator
from typing import Annotated, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from trialogue.agents.assistant import Library, assistant_turn
from trialogue.agents.user_turn import user_turn
from trialogue.errors import UsageError
from trialogue.graphs.context import Context
from trialogue.records import Action, Turn, UserProfile


class State(TypedDict):
    """`user` and `trajectory` go in, with `turns` that stand already; `told` counts the actions
    that the user has told.

    Where the last turn is the user's, the assistant answers first. Where everything is told and
    answered, nothing is added and `stop_reason` stays what it was.
    """

    user: UserProfile
    trajectory: tuple[Action, ...]
    turns: Annotated[tuple[Turn, ...], operator.add]
    told: int
    stop_reason: str


class Update(TypedDict, total=False):
    """What a node may change."""

    turns: tuple[Turn, ...]
    told: int
    stop_reason: str


async def speak_as_user(state: State, runtime: Runtime[Context]) -> Update:
    """The user's next turn."""
    context, told = runtime.context, state.get("told", 0)
    turn = await user_turn(
        context.dialogue_writer(),
        context.scenario,
        state["user"],
        state["trajectory"],
        state.get("turns", ()),
        told,
        reactions=context.options.reactions,
    )
    await _tell(context, turn)
    return {"turns": (turn,), "told": told + 1}


async def answer_as_assistant(state: State, runtime: Runtime[Context]) -> Update:
    """The assistant's answer, and whether the dialogue ends here."""
    context, turns = runtime.context, state["turns"]
    passages = await context.shelf.search(_query(state, context), context.options.passages)
    beside = context.shelf.beside(passages[0]) if passages else ()
    turn = await assistant_turn(
        context.dialogue_writer(),
        context.scenario,
        state["trajectory"],
        turns,
        Library(passages, beside, context.shelf.nearest),
        context.assistant_tools,
        consult=context.consult,
    )
    await _tell(context, turn)
    return {"turns": (turn,), "stop_reason": _stop_reason(state, context)}


def _query(state: State, context: Context) -> str:
    """What the rules are searched for: the user's words, and the topic where the assistant has
    the user's record (METHOD §1.4)."""
    asked, told = state["turns"][-1].text, state.get("told", 0)
    if not told or not context.scenario.assistant_sees_record:
        return asked
    return f"{state['trajectory'][told - 1].topic}: {asked}"


async def _tell(context: Context, turn: Turn) -> None:
    if context.told is not None:
        waiting = context.told(context.number, turn)
        if inspect.isawaitable(waiting):
            await waiting


def _stop_reason(state: State, context: Context) -> str:
    if state.get("told", 0) >= len(state["trajectory"]):
        return "goal_reached"
    rounds = sum(turn.speaker == "user" for turn in state["turns"])
    return "max_rounds" if rounds >= context.options.rounds else ""


def _first(state: State) -> str:
    turns, told, actions = state.get("turns", ()), state.get("told", 0), len(state["trajectory"])
    if not 0 <= told <= actions:
        raise UsageError(
            f"told is {told}, but the trajectory has {actions} actions; give 0 to {actions}"
        )
    if turns and turns[-1].speaker == "user":
        return "assistant"
    return "user" if told < actions else END


def _over(state: State) -> str:
    return END if state["stop_reason"] else "user"


def build() -> StateGraph[State, Context, State, State]:
    """The graph, not compiled."""
    graph = StateGraph(State, context_schema=Context)
    graph.add_node("user", speak_as_user)
    graph.add_node("assistant", answer_as_assistant)
    graph.add_conditional_edges(START, _first, ["user", "assistant", END])
    graph.add_edge("user", "assistant")
    graph.add_conditional_edges("assistant", _over, {"user": "user", END: END})
    return graph
