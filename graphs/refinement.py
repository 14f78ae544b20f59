"""Iterative update of a set of tasks (R §4.3): easy tasks → nearest hard example → tasks → replace.

Round for round every task that all solvers solve gives way to a harder one on the same dialogue,
until there is none, nothing new can be made, or rounds or budget end.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as alter
from statistics import fmean
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from trialogue.agents.at_once import each
from trialogue.errors import LimitReached
from trialogue.evaluation.reasoning.harder_plans import operations_of
from trialogue.evaluation.reasoning.solving import Solver, accuracy, solve
from trialogue.evaluation.refined import Ended, Generation, is_easy, is_hard
from trialogue.graphs.renewal import Group, Renewal, Renewed, easy_groups, renewed
from trialogue.graphs.task_bench import Bench
from trialogue.memory.hard_tasks import HardTask, HardTasks
from trialogue.records import Dialogue, ReasoningTask, SolverAnswer, TaskKind

_KINDS: tuple[TaskKind, ...] = ("math", "common_sense")
_NODES = 4
Tasks = tuple[ReasoningTask, ...]


@dataclass(frozen=True)
class Workshop:
    """What the graph works with: the bench of new tasks, the dialogues by id, K_P, the rounds.

    `first` is the number of the generation that goes in; `at_once` dialogues are worked on
    together; `told` hears of every generation.
    """

    bench: Bench
    dialogues: Mapping[str, Dialogue]
    hard: HardTasks
    rounds: int = 8
    first: int = 0
    at_once: int = 8
    told: Callable[[Generation], None] = lambda _: None


class State(TypedDict):
    """`tasks` go in and come out, refined; `sets` holds the tasks of every generation.

    `waiting` are tasks for a person that would take the place of easy ones, by the ids of these;
    `tries` counts by dialogue the rounds in which new tasks were made. `ended` says why it ended.
    """

    tasks: Tasks
    renewals: tuple[Renewal, ...]
    made: tuple[Renewed | None, ...]
    waiting: Mapping[str, Group]
    tries: Mapping[str, int]
    history: tuple[Generation, ...]
    sets: tuple[Tasks, ...]
    ended: Ended | None


class Update(TypedDict, total=False):
    """What a node may change."""

    tasks: Tasks
    renewals: tuple[Renewal, ...]
    made: tuple[Renewed | None, ...]
    waiting: Mapping[str, Group]
    tries: Mapping[str, int]
    history: tuple[Generation, ...]
    sets: tuple[Tasks, ...]
    ended: Ended | None


async def find_easy(state: State, runtime: Runtime[Workshop]) -> Update:
    """Solve what these solvers have not solved yet; note easy and hard tasks; see whether to end.

    Hard tasks go into K_P.
    """
    workshop = runtime.context
    tasks, short = await _solved(workshop, state["tasks"])
    await asyncio.to_thread(workshop.hard.keep, [_hard(t) for t in tasks if is_hard(t)])
    easy = easy_groups(tasks)
    history = (*state.get("history", ()), _generation(workshop, state, tasks))
    workshop.told(history[-1])
    return {
        "tasks": tasks,
        "renewals": tuple(
            Renewal(name, groups, state.get("tries", {}).get(name, 0))
            for name, groups in easy.items()
        ),
        "history": history,
        "sets": (*state.get("sets", ()), tasks),
        "ended": _ended(workshop, state, tasks, short),
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


async def _solved(workshop: Workshop, tasks: Tasks) -> tuple[Tasks, bool]:
    """The tasks with the answers of the team, and whether the budget was too small for all."""
    bench, short = workshop.bench, False

    async def one(task: ReasoningTask) -> ReasoningTask:
        nonlocal short
        if not task.usable or _by_team(task.solvers, bench.team):
            return task
        dialogue = workshop.dialogues[task.dialogue_id]
        try:
            solved = await solve(
                bench.caller, task, dialogue, bench.team, seed=bench.seed, meter=bench.meter
            )
        except LimitReached:
            short = True
            return task.model_copy(update={"solvers": (), "accuracy": None})
        answers = tuple(answer for answer, _ in solved)
        return task.model_copy(update={"solvers": answers, "accuracy": accuracy(answers)})

    return tuple(await each(tasks, one)), short


def _by_team(answers: Sequence[SolverAnswer], team: Sequence[Solver]) -> bool:
    """Whether these solvers were asked this way already, and one of them answered."""
    asked = [(one.model, one.asked) for one in answers]
    answered = any(one.answer is not None for one in answers)
    return answered and asked == [(solver.model, solver.asked) for solver in team]


def _generation(workshop: Workshop, state: State, tasks: Tasks) -> Generation:
    standing = [task for task in tasks if task.usable]
    made = [one for one in state.get("made", ()) if one is not None]
    steps = [operations_of(task) for task in standing if task.derivation]
    return Generation(
        number=workshop.first + len(state.get("history", ())),
        tasks=len(standing),
        easy=sum(map(is_easy, standing)),
        hard=sum(map(is_hard, standing)),
        unsolved=sum(task.accuracy is None for task in standing),
        replaced=sum(len(old) for one in made for old, _ in one.replaced),
        refused=sum(one.refused for one in made),
        waiting=sum(len(new) for one in made for _, new in one.waiting),
        calls=workshop.bench.meter.usage.calls,
        operations=round(fmean(steps), 4) if steps else None,
    )


def _ended(workshop: Workshop, state: State, tasks: Tasks, short: bool) -> Ended | None:
    made = state.get("made")
    if short or (made is not None and None in made):
        return "budget"
    if all(task.accuracy is None for task in tasks if task.usable):
        return "unsolved"
    if not any(map(is_easy, tasks)):
        return "no_easy"
    if made is not None and not any(one.proposed for one in made if one is not None):
        return "nothing_new"
    return "rounds" if len(state.get("history", ())) >= workshop.rounds else None


def _hard(task: ReasoningTask) -> HardTask:
    expression = task.derivation.expression if task.derivation else ""
    return HardTask(task.id, task.kind, task.question, expression, operations_of(task))


def _on(dialogue_id: str, tasks: Sequence[ReasoningTask]) -> Tasks:
    """The tasks on a dialogue, each once."""
    return tuple({task.id: task for task in tasks if task.dialogue_id == dialogue_id}.values())


def _text(dialogue: Dialogue) -> str:
    return "\n".join(turn.text for turn in dialogue.turns)


def _next(state: State) -> str:
    return END if state["ended"] else "nearest"


def build() -> StateGraph[State, Workshop, State, State]:
    """The graph, not compiled."""
    graph = StateGraph(State, context_schema=Workshop)
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
