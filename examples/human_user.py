"""A person plays the user: the graph stops for each of their turns (LangGraph's `interrupt`).

    python examples/human_user.py
    printf 'Is a taxi at night paid?\\n\\n' | python examples/human_user.py --model openai:NAME

An empty line ends the conversation. What was said is in a checkpointer between turns, so that
the person may take their time, or, with a checkpointer on disk, go on in another process.
"""

import argparse
import asyncio
import operator
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, interrupt

from trialogue.graphs import improvised
from trialogue.graphs.context import Context
from trialogue.records import Turn, UserProfile
from trialogue.services import opened
from trialogue.settings import Settings

YOU = UserProfile(id="you", identity="a person at the keyboard", intent="", problems=())


class State(TypedDict):
    """What was said; a checkpointer gives lists back, whatever went in."""

    turns: Annotated[list[Turn], operator.add]


async def ask_person(state: State) -> State:
    """The person's turn: the graph stops here until it is resumed with what they said."""
    turns = state["turns"]
    said = interrupt(turns[-1].text if turns else "What would you like to know?")
    return {"turns": [Turn(speaker="user", text=said)] if said else []}


async def answer(state: State, runtime: Runtime[Context]) -> State:
    """The assistant's turn, made as in every dialogue."""
    talk: improvised.State = {
        "user": YOU,
        "rounds": 1,
        "turns": (*state["turns"],),
        "stop_reason": "",
    }
    update = await improvised.answer_as_assistant(talk, runtime)
    return {"turns": [*update["turns"]]}


def build() -> Any:
    """A person and the assistant, in turn."""
    graph = StateGraph(State, context_schema=Context)
    graph.add_node("person", ask_person)
    graph.add_node("assistant", answer)
    graph.add_edge(START, "person")
    graph.add_conditional_edges("person", _way, ["assistant", END])
    graph.add_edge("assistant", "person")
    saver = InMemorySaver(serde=JsonPlusSerializer(allowed_msgpack_modules=[Turn]))
    return graph.compile(checkpointer=saver)


def _way(state: State) -> str:
    """Who has said nothing has ended the conversation."""
    turns = state["turns"]
    return "assistant" if turns and turns[-1].speaker == "user" else END


async def converse(settings: Settings) -> None:
    graph, thread = build(), {"configurable": {"thread_id": "one"}, "recursion_limit": 1000}
    async with opened(settings) as services:
        given: Any = {"turns": []}
        while True:
            state = await graph.ainvoke(given, thread, context=services.context)
            if "__interrupt__" not in state:
                break
            print(f"assistant: {state['__interrupt__'][0].value}")
            given = Command(resume=await asyncio.to_thread(_typed))
    print(f"{len(state['turns'])} turns")


def _typed() -> str:
    try:
        return input("you: ").strip()
    except EOFError:
        return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--scenario", default="travel_reimbursement")
    parser.add_argument("--model", default="local", help="provider:model, or local")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", default="runs/human_user", help="the run folder")
    asyncio.run(converse(Settings(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
