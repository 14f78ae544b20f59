"""The conversation (eqs. 3-4): whoever has the floor speaks, until the goal is settled.

Task mode is its simplest case: each point of the story is a subtask, settled once answered.
"""

import operator
from dataclasses import replace
from typing import Annotated, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from trialogue.agents.assistant import assistant_turn
from trialogue.agents.clarifying import other_turn
from trialogue.agents.goal import Progress, next_move, resumed, with_turn
from trialogue.agents.goal_check import track_goal
from trialogue.agents.goal_plan import plan_goal
from trialogue.agents.scene import Scene
from trialogue.agents.second_look import looked_over
from trialogue.agents.second_voice import added_remark
from trialogue.agents.user_turn import user_turn
from trialogue.graphs.context import Context
from trialogue.graphs.floor import following, owned, scene_of, told_already
from trialogue.graphs.looking_up import asked_now, made_again
from trialogue.graphs.traced import Graph
from trialogue.records import Action, Subtask, Turn, UserProfile


class State(TypedDict):
    """`user` and `trajectory` go in, with `turns` that stand already and their `goal`; without a
    goal one is planned, and `told` counts the points that the user has told. `turns`, `goal`,
    `progress` and `stop_reason` come out. `speaker` is the name of who has the floor.
    """

    user: UserProfile
    trajectory: tuple[Action, ...]
    turns: Annotated[tuple[Turn, ...], operator.add]
    told: int
    goal: tuple[Subtask, ...]
    progress: Progress
    speaker: str
    stop_reason: str


class Update(TypedDict, total=False):
    """What a node may change."""

    turns: tuple[Turn, ...]
    goal: tuple[Subtask, ...]
    progress: Progress
    speaker: str
    stop_reason: str


async def plan_subtasks(state: State, runtime: Runtime[Context]) -> Update:
    """What the user wants settled, unless that is given, and who speaks first."""
    context, turns, told = runtime.context, state.get("turns", ()), state.get("told", 0)
    goal = state.get("goal", ())
    if not goal:
        planned = await plan_goal(
            context.dialogue_writer(),
            context.scenario,
            state["user"],
            state["trajectory"],
            mode=context.mode,
            manner=context.manner,
            tasks=context.tool_tasks,
        )
        goal = told_already(planned, turns, told)
    await made_again(context, turns)
    return await _given_on(
        _scene({**state, "goal": goal, "progress": resumed(goal)}, context), context
    )


async def speak_as_user(state: State, runtime: Runtime[Context]) -> Update:
    """The user's next turn."""
    context, scene = runtime.context, _scene(state, runtime.context)
    pace = int(context.manner.value("disclosure", 1))
    move = next_move(owned(scene), scene.progress, pace)
    speak = looked_over if context.mode == "user" else user_turn
    turn = await speak(scene, move, reactions=context.options.reactions)
    goal, progress = with_turn(scene.goal, scene.progress, move, scene.place)
    return await _said(replace(scene, goal=goal, progress=progress), turn, context)


async def answer_as_assistant(state: State, runtime: Runtime[Context]) -> Update:
    """The assistant's answer, a question back where a detail is missing, or a colleague's word;
    with which subtasks it has settled."""
    context, scene = runtime.context, _scene(state, runtime.context)
    turn, progress = await _answer(scene, context)
    return await _said(replace(scene, progress=progress), turn, context)


async def _said(scene: Scene, turn: Turn, context: Context) -> Update:
    """What a finished turn changes."""
    await context.tell(turn)
    scene = replace(scene, turns=(*scene.turns, turn))
    if turn.speaker == "assistant":
        goal, progress = await track_goal(scene)
        scene = replace(scene, goal=goal, progress=progress)
    return {"turns": (turn,), **await _given_on(scene, context)}


async def _given_on(scene: Scene, context: Context) -> Update:
    """Who speaks next; the dialogue ends where nobody has anything left to say."""
    speaker, reason = await following(scene, context)
    return {
        "goal": tuple(scene.goal),
        "progress": scene.progress,
        "speaker": speaker,
        "stop_reason": reason,
    }


async def _answer(scene: Scene, context: Context) -> tuple[Turn, Progress]:
    asked = await asked_now(scene, context)
    if scene.turns[-1].speaker == "assistant":
        turn = await added_remark(
            scene.writer,
            scene.scenario,
            scene.speaks,
            scene.trajectory,
            scene.turns,
            asked[0].library,
        )
        return scene.named(turn), scene.progress
    other = await other_turn(scene, asked, consult=context.consult)
    if other is not None:
        return other
    turn = await assistant_turn(
        scene,
        asked,
        context.toolbox,
        consult=context.consult,
        steps=context.options.tool_steps,
    )
    return turn, scene.progress


def _scene(state: State, context: Context) -> Scene:
    return scene_of(
        context,
        state["user"],
        state["trajectory"],
        state.get("turns", ()),
        state["goal"],
        state["progress"],
        state.get("speaker", ""),
    )


def _way(state: State, runtime: Runtime[Context]) -> str:
    if state.get("stop_reason"):
        return END
    return _scene(state, runtime.context).side


def build() -> StateGraph[State, Context, State, State]:
    """The graph, not compiled."""
    graph = Graph(State)
    graph.add_node("plan", plan_subtasks)
    graph.add_node("user", speak_as_user)
    graph.add_node("assistant", answer_as_assistant)
    graph.add_edge(START, "plan")
    for node in ("plan", "user", "assistant"):
        graph.add_conditional_edges(node, _way, ["user", "assistant", END])
    return graph
