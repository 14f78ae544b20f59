"""Reasoning tasks on one dialogue (R §4.2): propose → prove → solve → accept or send to a person.

What is refused is proposed again with what was wrong, as long as tries last. With `by_code` the
derivations are drawn by code and a model only words the questions: for small models.
"""

import asyncio
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from trialogue.errors import ModelError
from trialogue.evaluation.reasoning.deciding import checked, judged, of_one_fate, renamed
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.evaluation.reasoning.solving import accuracy, solve
from trialogue.graphs.task_bench import Bench, Slot, State, Update
from trialogue.graphs.task_proposals import asked, drawn, open_slots
from trialogue.graphs.traced import Graph
from trialogue.records import Dialogue, ReasoningTask

STEPS = 60
"""More steps than the graph takes."""


async def propose(state: State, runtime: Runtime[Bench]) -> Update:
    """Tasks for every open place: a math task alone, common-sense ones in pairs."""
    bench, dialogue = runtime.context, state["dialogue"]
    if bench.by_code:
        return await drawn(bench, dialogue)
    slots = state.get("open") or open_slots(bench, dialogue)
    before = [task.question for task in bench.before]
    before += [task.question for group in state.get("proved", ()) for task in group]
    tries = state.get("tries", 0)
    found = await asyncio.gather(
        *(asked(bench, dialogue, slot, tries, before) for slot in slots), return_exceptions=True
    )
    groups: list[tuple[ReasoningTask, ...]] = []
    still: list[Slot] = []
    for slot, answer in zip(slots, found, strict=True):
        if isinstance(answer, Refused | ModelError):
            why = str(answer.refusal if isinstance(answer, Refused) else answer)
            still.append({**slot, "refused": (*slot["refused"], why)})
        elif isinstance(answer, BaseException):
            raise answer
        else:
            groups.append(answer)
    failure = still[0]["refused"][-1] if still else ""
    named = {group[0].pair or group[0].id: group for group in groups}
    waiting = [slot for slot in slots if slot["name"] in named]
    return {
        "proposed": tuple(groups),
        "open": (*waiting, *still),
        "tries": tries + 1,
        "failure": failure,
    }


async def prove_tasks(state: State, runtime: Runtime[Bench]) -> Update:
    """Keep what is proved or only in doubt; note what was wrong with the rest."""
    dialogue = state["dialogue"]
    proved, rejected = [*state.get("proved", ())], [*state.get("rejected", ())]
    slots = {slot["name"]: slot for slot in state["open"]}
    for group in state["proposed"]:
        name = group[0].pair or group[0].id
        earlier = [*runtime.context.before, *(task for kept in proved for task in kept)]
        marked = [checked(task, dialogue, group, earlier) for task in group]
        if any(task.status == "rejected" for task in marked):
            lost = of_one_fate(marked)
            rejected += [renamed(task, state["tries"]) for task in lost]
            if name in slots:
                why = next(task.reason for task in marked if task.status == "rejected")
                slots[name] = {**slots[name], "refused": (*slots[name]["refused"], why)}
        else:
            proved.append(tuple(marked))
            slots.pop(name, None)
    return {
        "proved": tuple(proved),
        "rejected": tuple(rejected),
        "open": tuple(slots.values()),
        "proposed": (),
    }


async def solve_tasks(state: State, runtime: Runtime[Bench]) -> Update:
    """What the solvers make of every task that is left."""
    bench, dialogue = runtime.context, state["dialogue"]

    async def one(task: ReasoningTask) -> ReasoningTask:
        solved = await solve(
            bench.caller, task, dialogue, bench.team, seed=bench.seed, meter=bench.meter
        )
        answers = tuple(answer for answer, _ in solved)
        return task.model_copy(update={"solvers": answers, "accuracy": accuracy(answers)})

    flat = [task for group in state["proved"] for task in group]
    done = await asyncio.gather(*map(one, flat), return_exceptions=True)
    for task in done:
        if isinstance(task, BaseException):
            raise task
    solved = iter([task for task in done if isinstance(task, ReasoningTask)])
    return {"proved": tuple(tuple(next(solved) for _ in group) for group in state["proved"])}


async def accept(state: State, runtime: Runtime[Bench]) -> Update:
    """Verify what is proved and, for common sense, agreed upon; a pair shares its fate."""
    generation = runtime.context.generation
    tasks = [
        task.model_copy(update={"generation": generation})
        for group in state["proved"]
        for task in of_one_fate([judged(task) for task in group])
    ]
    return {"tasks": tuple(tasks), "rejected": state.get("rejected", ())}


def _next(state: State, runtime: Runtime[Bench]) -> str:
    again = state["open"] and state["tries"] < runtime.context.tries
    if again:
        return "propose"
    return "solve" if state["proved"] else "accept"


def build() -> StateGraph[State, Bench, State, State]:
    """The graph, not compiled."""
    graph = Graph(State, Bench, "tasks")
    graph.add_node("propose", propose)
    graph.add_node("prove", prove_tasks)
    graph.add_node("solve", solve_tasks)
    graph.add_node("accept", accept)
    graph.add_edge(START, "propose")
    graph.add_edge("propose", "prove")
    graph.add_conditional_edges(
        "prove", _next, {"propose": "propose", "solve": "solve", "accept": "accept"}
    )
    graph.add_edge("solve", "accept")
    graph.add_edge("accept", END)
    return graph


async def tasks_on(dialogue: Dialogue, bench: Bench) -> State:
    """The final state of the graph for one dialogue; `bench.meter` counts what it took."""
    compiled: Any = build().compile()
    state: State = await compiled.ainvoke(
        {"dialogue": dialogue}, {"recursion_limit": STEPS}, context=bench
    )
    return state
