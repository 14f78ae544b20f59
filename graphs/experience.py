"""The user agent lives through its story (eq. 2): recall → act → observe → review, repeated."""

import operator
from typing import Annotated, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from trialogue.agents.user_agent import act, observe, review
from trialogue.agents.user_generator import Candidate
from trialogue.graphs.context import Context
from trialogue.graphs.traced import Graph
from trialogue.records import Action, ToolCall


class State(TypedDict):
    """`candidate` goes in; `trajectory` comes out, one action a point of its story."""

    candidate: Candidate
    recalled: tuple[str, ...]
    tool_calls: tuple[ToolCall, ...]
    line: str
    trajectory: Annotated[tuple[Action, ...], operator.add]


class Update(TypedDict, total=False):
    """What a node may change."""

    recalled: tuple[str, ...]
    tool_calls: tuple[ToolCall, ...]
    line: str
    trajectory: tuple[Action, ...]


def _done(state: State) -> int:
    return len(state.get("trajectory", ()))


async def recall_memory(state: State, runtime: Runtime[Context]) -> Update:
    """What the user remembers that bears on the next point."""
    done, candidate = _done(state), state["candidate"]
    point = candidate.story.points[done]
    context = runtime.context
    recalled = await context.memory.recall(
        candidate.user.id, point.note, done + 1, number=context.number
    )
    return {"recalled": tuple(recalled)}


async def act_with_tools(state: State, runtime: Runtime[Context]) -> Update:
    """Look something up where the user decides to."""
    context, done = runtime.context, _done(state)
    made = sum(len(action.tool_calls) for action in state.get("trajectory", ()))
    if made >= context.options.lookups:
        return {"tool_calls": ()}
    calls = await act(
        context.dialogue_writer(),
        context.scenario,
        state["candidate"].story.points[done],
        done,
        state["recalled"],
        context.user_tools,
    )
    return {"tool_calls": calls}


async def observe_outcome(state: State, runtime: Runtime[Context]) -> Update:
    """Write down what happened, with its figures."""
    story, done = state["candidate"].story, _done(state)
    line = await observe(
        runtime.context.dialogue_writer(),
        story.name,
        story.points[done],
        done,
        state.get("trajectory", ()),
    )
    return {"line": line}


async def review_action(state: State, runtime: Runtime[Context]) -> Update:
    """Check the action against the ledger and merge it into memory."""
    candidate, done = state["candidate"], _done(state)
    point, problems = candidate.story.points[done], candidate.user.problems
    action = review(
        Action(
            index=done + 1,
            action=state["line"],
            topic=point.topic,
            tool_calls=state["tool_calls"],
            facts=point.facts,
        ),
        problems[done % len(problems)] if problems else "",
        state.get("trajectory", ()),
    )
    memory = runtime.context.memory
    await memory.keep(candidate.user.id, action, runtime.context.number)
    if done + 1 == len(candidate.story.points):
        await memory.flush()
    return {"trajectory": (action,)}


def _story_complete(state: State) -> str:
    return END if _done(state) >= len(state["candidate"].story.points) else "recall"


def build() -> StateGraph[State, Context, State, State]:
    """The graph, not compiled."""
    graph = Graph(State)
    graph.add_node("recall", recall_memory)
    graph.add_node("act", act_with_tools)
    graph.add_node("observe", observe_outcome)
    graph.add_node("review", review_action)
    graph.add_edge(START, "recall")
    graph.add_edge("recall", "act")
    graph.add_edge("act", "observe")
    graph.add_edge("observe", "review")
    graph.add_conditional_edges("review", _story_complete, {"recall": "recall", END: END})
    return graph
