"""One dialogue from a scenario: knowledge → users → experience → dialogue → score.

Where users are to know less (R, table 4), an improvised dialogue takes the place of experience and
dialogue.
"""

from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from trialogue.agents.goal import Progress
from trialogue.agents.goal_plan import with_goals
from trialogue.agents.participants import recorded, seated
from trialogue.agents.prompt import prompt_versions
from trialogue.agents.seeds import seed_for
from trialogue.agents.user_generator import Candidate
from trialogue.evaluation.figures_told import score
from trialogue.evaluation.goal_figures import goal_scores
from trialogue.graphs import dialogue, experience, improvised, knowledge
from trialogue.graphs.context import Context
from trialogue.graphs.errands import user_with_errands
from trialogue.graphs.pool import UserPool
from trialogue.graphs.running import run_graph
from trialogue.graphs.traced import Graph
from trialogue.records import Action, Dialogue, ScenarioRef, Subtask, Turn, Usage, UserProfile


class State(TypedDict):
    """Nothing needs to go in; `record` comes out. The rest is what the stages hand on."""

    problems: tuple[str, ...]
    candidate: Candidate
    user: UserProfile
    rounds: int
    trajectory: tuple[Action, ...]
    turns: tuple[Turn, ...]
    goal: tuple[Subtask, ...]
    progress: Progress
    stop_reason: str
    record: Dialogue


class Update(TypedDict, total=False):
    """What a node may change."""

    problems: tuple[str, ...]
    candidate: Candidate
    user: UserProfile
    rounds: int
    trajectory: tuple[Action, ...]
    turns: tuple[Turn, ...]
    goal: tuple[Subtask, ...]
    progress: Progress
    record: Dialogue


async def gather_knowledge(state: State, runtime: Runtime[Context]) -> Update:
    """Fill the shelf, unless an earlier dialogue of the run did."""
    context = runtime.context
    if context.shelf.index is not None:
        return {}
    found = await run_graph(knowledge.build().compile(), {}, context)
    return {"problems": found.get("problems", ())}


async def choose_user(state: State, runtime: Runtime[Context]) -> Update:
    """This dialogue's user, from the pool."""
    context = runtime.context
    candidate = await (context.pool or UserPool()).candidate(context)
    return {"candidate": candidate, "user": candidate.user, "trajectory": ()}


async def take_errands(state: State, runtime: Runtime[Context]) -> Update:
    """A user with tasks of the tool set, in place of one with a story."""
    user, goal = user_with_errands(runtime.context)
    return {"user": user, "trajectory": (), "goal": goal}


async def meet_user(state: State, runtime: Runtime[Context]) -> Update:
    """A user who has lived through nothing, and how many rounds to talk."""
    met = await improvised.met(runtime.context)
    return {
        "user": met.user,
        "rounds": met.rounds,
        "trajectory": (),
        "goal": (),
        "progress": Progress(),
    }


async def take_over(state: State, runtime: Runtime[Context]) -> Update:
    """The state of the dialogue that is gone on from, in place of a user and a story."""
    start = runtime.context.start
    assert start is not None
    return {
        "user": start.user,
        "trajectory": start.trajectory,
        "turns": start.turns,
        "goal": with_goals(start.goal, start.goals),
    }


async def score_dialogue(state: State, runtime: Runtime[Context]) -> Update:
    """The finished record with its scores."""
    context, user, turns = runtime.context, state["user"], state["turns"]
    finished = record(context, user, state["stop_reason"])
    before = context.start.participants if context.start else ()
    people = seated(context.scenario, user, context.dialogue_writer().seed, before)
    finding = state["candidate"].usage if "candidate" in state else Usage()
    finished = finished.model_copy(
        update={
            "usage": finished.usage + finding,
            "trajectory": state["trajectory"],
            "turns": turns,
            "goal": state["goal"],
            "participants": recorded(people),
            "origin": context.start.origin if context.start else None,
            "sources": tuple(dict.fromkeys(s for turn in turns for s in turn.sources)),
        }
    )
    scores = {**score(finished), **goal_scores(finished, state["progress"])}
    if context.options.user != "experience":
        scores = {"rewritten": scores["rewritten"]}
    return {"record": finished.model_copy(update={"scores": scores})}


def record(context: Context, user: UserProfile, stop_reason: str) -> Dialogue:
    """A dialogue's record without its turns: who, with which models, prompts and seed."""
    scenario = context.scenario
    return Dialogue(
        id=context.id,
        scenario=ScenarioRef(id=scenario.id, name=scenario.name, language=scenario.language),
        user=user,
        mode=context.mode,
        controls=dict(context.manner.values),
        models={role: spec.name for role, spec in sorted(context.caller.models.items())},
        prompts=prompt_versions(scenario.language),
        seed=seed_for(context.seed, "dialogue", context.number, context.attempt),
        stop_reason=stop_reason,
        usage=context.meter.usage,
    )


def _from_where(state: State, runtime: Runtime[Context]) -> str:
    if runtime.context.start is not None:
        return "takeover"
    if runtime.context.tool_tasks:
        return "errands"
    return "users" if runtime.context.options.user == "experience" else "meeting"


def build() -> StateGraph[State, Context, State, State]:
    """The graph, not compiled; experience and dialogue are subgraphs."""
    graph = Graph(State)
    graph.add_node("knowledge", gather_knowledge)
    graph.add_node("users", choose_user)
    graph.add_node("takeover", take_over)
    graph.add_node("errands", take_errands)
    graph.add_node("meeting", meet_user)
    graph.add_node("improvised", improvised.build().compile())
    graph.add_node("experience", experience.build().compile())
    graph.add_node("dialogue", dialogue.build().compile())
    graph.add_node("score", score_dialogue)
    graph.add_edge(START, "knowledge")
    graph.add_conditional_edges(
        "knowledge", _from_where, ["users", "takeover", "errands", "meeting"]
    )
    graph.add_edge("users", "experience")
    graph.add_edge("takeover", "dialogue")
    graph.add_edge("errands", "dialogue")
    graph.add_edge("meeting", "improvised")
    graph.add_edge("improvised", "score")
    graph.add_edge("experience", "dialogue")
    graph.add_edge("dialogue", "score")
    graph.add_edge("score", END)
    return graph
