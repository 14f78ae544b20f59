"""Iterative update of a set of tasks (R §4.3): easy tasks → nearest hard example → tasks → replace.

Round for round every task that all solvers solve gives way to a harder one on the same dialogue,
until there is none, nothing new can be made, or rounds or budget end.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace as alter
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from trialogue.agents.at_once import each
from trialogue.errors import LimitReached
from trialogue.evaluation.refined import is_hard
from trialogue.graphs.renewal import Renewal, Renewed, easy_groups, renewed
from trialogue.graphs.standings import ended, generation_of, hard_task, solved_by_team
from trialogue.graphs.traced import Graph
from trialogue.graphs.workshop import State, Tasks, Update, Workshop
from trialogue.records import Dialogue, ReasoningTask, TaskKind

_KINDS: tuple[TaskKind, ...] = ("math", "common_sense")
_NODES = 4


async def find_easy(state: State, runtime: Runtime[Workshop]) -> Update:
    """Solve what these solvers have not solved yet; note easy and hard tasks; see whether to end.

    Hard tasks go into K_P.
    """
    workshop = runtime.context
    tasks, short = await solved_by_team(workshop, state["tasks"])
    await asyncio.to_thread(workshop.hard.keep, [hard_task(t) for t in tasks if is_hard(t)])
    easy = easy_groups(tasks)
    history = (*state.get("history", ()), generation_of(workshop, state, tasks))
    workshop.told(history[-1])
    return {
        "tasks": tasks,
        "renewals": tuple(
            Renewal(name, groups, state.get("tries", {}).get(name, 0))
            for name, groups in easy.items()
        ),
        "history": history,
        "sets": (*state.get("sets", ()), tasks),
        "ended": ended(workshop, state, tasks, short),
    }


async def nearest(state: State, runtime: Runtime[Workshop]) -> Update:
    """For each dialogue with easy tasks the hard task most similar to it, if there is one of the
    kind that is to be made."""
    dialogues = runtime.context.dialogues
    texts = [_text(dialogues[renewal.dialogue_id]) for renewal in state["renewals"]]
    found = await asyncio.to_thread(runtime.context.hard.nearest, texts, _KINDS)
    return {
        "renewals": tuple(
            alter(renewal, examples={kind: hard[kind] for kind in hard if renewal.of(kind)})
            for renewal, hard in zip(state["renewals"], found, strict=True)
        )
    }


async def make_tasks(state: State, runtime: Runtime[Workshop]) -> Update:
    """New tasks by the hard examples; None where the budget was used up meanwhile."""
    workshop, room = runtime.context, asyncio.Semaphore(runtime.context.at_once)
    generation = workshop.first + len(state["history"])
    ever = [task for tasks in state["sets"] for task in tasks]
    before = {one.dialogue_id: _on(one.dialogue_id, ever) for one in state["renewals"]}

    async def one(renewal: Renewal) -> Renewed | None:
        dialogue = workshop.dialogues[renewal.dialogue_id]
        async with room:
            try:
                return await renewed(
                    workshop.bench, dialogue, renewal, generation, before[dialogue.id]
                )
            except LimitReached:
                return None

    return {"made": tuple(await each(state["renewals"], one))}


async def replace(state: State, runtime: Runtime[Workshop]) -> Update:
    """Put what is proved in the place of what was easy."""
    made = [one for one in state["made"] if one is not None]
    new = {old[0].id: group for one in made for old, group in one.replaced}
    gone = {task.id for one in made for old, _ in one.replaced for task in old}
    waiting = {**state.get("waiting", {})}
    waiting |= {old[0].id: group for one in made for old, group in one.waiting}
    tasks: list[ReasoningTask] = []
    for task in state["tasks"]:
        tasks += new.get(task.id, () if task.id in gone else (task,))
    return {
        "tasks": tuple(tasks),
        "waiting": {name: group for name, group in waiting.items() if name not in gone},
        "tries": {
            **state.get("tries", {}),
            **{renewal.dialogue_id: renewal.tries + 1 for renewal in state["renewals"]},
        },
    }


def _on(dialogue_id: str, tasks: Sequence[ReasoningTask]) -> Tasks:
    """The tasks on a dialogue, each once."""
    return tuple({task.id: task for task in tasks if task.dialogue_id == dialogue_id}.values())


def _text(dialogue: Dialogue) -> str:
    return "\n".join(turn.text for turn in dialogue.turns)


def _next(state: State) -> str:
    return END if state["ended"] else "nearest"


def build() -> StateGraph[State, Workshop, State, State]:
    """The graph, not compiled."""
    graph = Graph(State, Workshop, "refinement")
    graph.add_node("easy", find_easy)
    graph.add_node("nearest", nearest)
    graph.add_node("tasks", make_tasks)
    graph.add_node("replace", replace)
    graph.add_edge(START, "easy")
    graph.add_conditional_edges("easy", _next, ["nearest", END])
    graph.add_edge("nearest", "tasks")
    graph.add_edge("tasks", "replace")
    graph.add_edge("replace", "easy")
    return graph


async def refined_set(tasks: Tasks, workshop: Workshop) -> State:
    """The final state of the graph for a set of tasks on the workshop's dialogues."""
    compiled: Any = build().compile()
    most = {"recursion_limit": _NODES * (workshop.rounds + 2)}
    state: State = await compiled.ainvoke({"tasks": tasks}, most, context=workshop)
    return state
