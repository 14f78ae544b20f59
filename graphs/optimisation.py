"""Trilevel optimisation (R §3.6, eqs. 5-7): metrics, controls of dialogues and of turns.

reproduce → screen → tune turns → tune dialogue → judge → select, until plan or budget ends. Both
tunings are graphs of their own.
"""

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from trialogue.graphs import tuning
from trialogue.graphs.tuning import Course, State, Update

__all__ = ["Course", "State", "build", "steps"]

_ROOM = 50


async def reproduce(state: State, runtime: Runtime[Course]) -> Update:
    """Metrics made from the best so far, as many as the budget can pay whole."""
    course = runtime.context
    course.before()
    course.told("reproduce", state["search"], None)
    return {"search": await course.trilevel.reproduce(state["search"]), "trying": None}


async def screen(state: State, runtime: Runtime[Course]) -> Update:
    """Refuse what is not worth a model call."""
    return {"search": runtime.context.trilevel.screen(state["search"])}


async def judge(state: State, runtime: Runtime[Course]) -> Update:
    """What the judge says of the dialogues of the select split that each candidate makes."""
    course = runtime.context
    course.told("judge", state["search"], None)
    with course.ledger.at("judge"):
        return {"search": await course.trilevel.judge(state["search"])}


async def select(state: State, runtime: Runtime[Course]) -> Update:
    """The best so far is the next parent."""
    search = runtime.context.trilevel.select(state["search"])
    runtime.context.told("select", search, None)
    return {"search": search}


def _made(state: State) -> str:
    return "screen" if state["search"].current else END


def _over(state: State) -> str:
    return END if state["search"].ended else "reproduce"


def build() -> StateGraph[State, Course, State, State]:
    """The graph, not compiled; the tunings are subgraphs."""
    graph = StateGraph(State, context_schema=Course)
    graph.add_node("reproduce", reproduce)
    graph.add_node("screen", screen)
    graph.add_node("turns", tuning.build("turns").compile())
    graph.add_node("dialogue", tuning.build("dialogues").compile())
    graph.add_node("judge", judge)
    graph.add_node("select", select)
    graph.add_edge(START, "reproduce")
    graph.add_conditional_edges("reproduce", _made, ["screen", END])
    graph.add_edge("screen", "turns")
    graph.add_edge("turns", "dialogue")
    graph.add_edge("dialogue", "judge")
    graph.add_edge("judge", "select")
    graph.add_conditional_edges("select", _over, ["reproduce", END])
    return graph


def steps(generations: int, population: int) -> int:
    """More steps than the graph takes, for its recursion limit."""
    return (generations + 1) * (6 + 4 * (population + 2)) + _ROOM
