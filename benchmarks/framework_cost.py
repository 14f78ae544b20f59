"""What the framework costs: dialogues a second against an endpoint that answers after 50 ms.

Fifty dialogues of ten turns at once. With one call a turn, ten calls of 50 ms are the least that
a dialogue can take: 100 dialogues a second. Run it on an idle machine:
`python benchmarks/framework_cost.py`.
"""

import argparse
import asyncio
import cProfile
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

from cpu_shares import shares
from loopback import simulated_server

from trialogue.agents.caller import Caller, ModelSpec
from trialogue.agents.limits import Limits
from trialogue.agents.prompt import load_prompt
from trialogue.agents.story import Story, draw_story
from trialogue.agents.toolbox import Toolbox
from trialogue.graphs import dialogue, knowledge
from trialogue.graphs.context import Context, Options
from trialogue.graphs.running import run_graph
from trialogue.memory.chroma import open_chroma
from trialogue.memory.experience import ExperienceMemory
from trialogue.memory.hash_embedder import HashEmbedder
from trialogue.memory.journal import Journal
from trialogue.memory.people import PeopleMemory
from trialogue.memory.volumes import Volumes
from trialogue.records import Action, UserProfile
from trialogue.run import run
from trialogue.scenario_files import find_scenario
from trialogue.settings import SYNTHESIS_ROLES, Settings
from trialogue.tools.registry import ToolContext, resolve
from trialogue.tools.shelf import Shelf

DELAY, AT_ONCE, ROUNDS, TURNS = 0.05, 50, 5, 10
SCENARIO = "travel_reimbursement"
ONE_CALL = Options(points=(ROUNDS, ROUNDS), rounds=ROUNDS, reactions=False, consult=False)
USUAL = Options(points=(ROUNDS, ROUNDS), rounds=ROUNDS)
One = Callable[[int], Awaitable[Any]]


class Speed(NamedTuple):
    """How many dialogues and calls were made in how many seconds."""

    dialogues: int
    calls: int
    seconds: float


async def timed(one: One, first: int, total: int) -> float:
    """Seconds for dialogues `first` … `first + total - 1`, so many at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def gated(number: int) -> None:
        async with gate:
            await one(number)

    start = time.perf_counter()
    await asyncio.gather(*(gated(number) for number in range(first, first + total)))
    return time.perf_counter() - start


async def bare(base_url: str, total: int) -> Speed:
    """LangGraph and langchain-openai alone: two nodes, ten calls, nothing around them."""
    from langchain_openai import ChatOpenAI
    from langgraph.graph import END, START, StateGraph
    from pydantic import SecretStr

    class State(TypedDict):
        turns: list[str]

    model = ChatOpenAI(
        model="simulated", base_url=base_url, api_key=SecretStr("none"), max_retries=0
    )

    async def speak(state: State) -> State:
        said = state["turns"][-1] if state["turns"] else "Hello."
        prompt = load_prompt("line").fill({"note": f"{said[:60]}; 4 March; 480 CNY"})
        answer = await model.ainvoke(prompt)
        return {"turns": [*state["turns"], str(answer.text)]}

    graph = StateGraph(State)
    graph.add_node("user", speak)
    graph.add_node("assistant", speak)
    graph.add_edge(START, "user")
    graph.add_edge("user", "assistant")
    graph.add_conditional_edges(
        "assistant", lambda state: END if len(state["turns"]) >= TURNS else "user"
    )
    compiled = graph.compile()

    async def one(_: int) -> None:
        await compiled.ainvoke({"turns": []}, {"recursion_limit": 50})

    await timed(one, 0, AT_ONCE)
    return Speed(total, TURNS * total, await timed(one, 0, total))


@asynccontextmanager
async def context(base_url: str, folder: Path, options: Options) -> AsyncIterator[Context]:
    """A context with everything that a run has: journal, rules on the shelf, calculator."""
    found = find_scenario(SCENARIO)
    async with AsyncExitStack() as stack:
        journal = stack.enter_context(Journal(folder / "journal.sqlite"))
        spec = ModelSpec(name="openai:simulated", base_url=base_url)
        models: dict[str, ModelSpec] = dict.fromkeys(SYNTHESIS_ROLES, spec)
        limits = Limits(concurrency=AT_ONCE)
        caller = await stack.enter_async_context(Caller(models, journal, limits=limits))
        client, embedder = open_chroma(folder / "memory"), HashEmbedder()
        volumes = Volumes(folder / "memory" / "volumes")
        tools = ["calculator"] if options is USUAL else []
        made = Context(
            scenario=found.scenario,
            caller=caller,
            shelf=Shelf(client, embedder),
            people=PeopleMemory(volumes, embedder),
            memory=ExperienceMemory(volumes, embedder),
            assistant_tools=Toolbox(resolve(tools, ToolContext(found.scenario.today))),
            options=options,
            documents=found.documents,
        )
        await run_graph(knowledge.build().compile(), {}, made)
        yield made


def experience(story: Story, number: int) -> dict[str, Any]:
    """A given user with a given trajectory: what the dialogue graph starts from."""
    actions = tuple(
        Action(
            index=index,
            action=f"On {point.day} I {point.note.replace(f'; {point.day}', '')}.",
            topic=point.topic,
            facts=point.facts,
        )
        for index, point in enumerate(story.points, start=1)
    )
    user = UserProfile(
        id=str(number),
        identity=story.identity,
        intent="I want to know where I stand.",
        problems=tuple(point.asks[0] for point in story.points),
    )
    return {"user": user, "trajectory": actions}


async def ours(
    base_url: str, total: int, options: Options, profile: cProfile.Profile | None = None
) -> Speed:
    """The dialogue graph from given experiences, with the journal on."""
    with tempfile.TemporaryDirectory() as folder:
        async with context(base_url, Path(folder), options) as made:
            graph = dialogue.build().compile()
            scenario = made.scenario
            given = {
                number: experience(draw_story(scenario, number, options.points), number)
                for number in range(total + AT_ONCE)
            }

            async def one(number: int) -> None:
                await run_graph(graph, given[number], made.at(number))

            await timed(one, total, AT_ONCE)
            before = made.caller.budget.calls
            if profile:
                profile.enable()
            seconds = await timed(one, 0, total)
            if profile:
                profile.disable()
            return Speed(total, made.caller.budget.calls - before, seconds)


async def synthesis(base_url: str, total: int, options: Options) -> Speed:
    """A whole run from the scenario: users, experience, dialogue, records on disk."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            scenario=SCENARIO,
            n=total,
            model="openai:simulated",
            base_url=base_url,
            embedder="hash",
            options=options,
            limits=Limits(concurrency=AT_ONCE),
            assistant_tools=() if options is ONE_CALL else None,
            user_tools=() if options is ONE_CALL else None,
            out=folder,
        )
        start = time.perf_counter()
        result = await run(settings)
        seconds = time.perf_counter() - start
        return Speed(total, sum(usage.calls for usage in result.usage.values()), seconds)


def told(name: str, speed: Speed) -> None:
    """One row of the table; the limit is the latency of the calls that were made."""
    each = speed.calls / speed.dialogues
    rate, limit = speed.dialogues / speed.seconds, AT_ONCE / (each * DELAY)
    calls = speed.calls / speed.seconds
    print(f"{name:44} {each:6.1f} {rate:8.1f} {calls:8.0f} {limit:8.1f} {rate / limit:7.0%}")


async def main(total: int) -> None:
    """Print the table."""
    print(f"{total} dialogues of {TURNS} turns, {AT_ONCE} at once, {DELAY * 1000:.0f} ms a call,")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    head = ("calls/d", "dialog/s", "calls/s", "limit", "share")
    print(f"{'':43} {head[0]:>7} {head[1]:>8} {head[2]:>8} {head[3]:>8} {head[4]:>7}")
    profile = cProfile.Profile()
    with simulated_server(DELAY) as base_url:
        told("bare LangGraph + langchain-openai", await bare(base_url, total))
        told("dialogue graph, one call a turn", await ours(base_url, total, ONE_CALL))
        told("dialogue graph, as usual", await ours(base_url, total, USUAL))
        told("whole synthesis, one call a turn", await synthesis(base_url, total, ONE_CALL))
        told("whole synthesis, as usual", await synthesis(base_url, total, USUAL))
        await ours(base_url, total, ONE_CALL, profile)
    table = shares(profile)
    whole = sum(seconds for _, seconds in table)
    print("\nCPU of the dialogue graph with one call a turn, by layer (profiled):")
    for name, seconds in table:
        print(f"  {name:28} {seconds / whole:6.1%} {1e6 * seconds / total / TURNS:8.0f} us a call")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=int, default=200)
    asyncio.run(main(parser.parse_args().dialogues))
