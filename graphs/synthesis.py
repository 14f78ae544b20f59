"""One dialogue from a scenario: knowledge → users → experience → dialogue → score."""

from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from trialogue.agents.prompt import prompt_versions
from trialogue.agents.seeds import seed_for
from trialogue.agents.user_generator import Candidate
from trialogue.evaluation.figures_told import score
from trialogue.graphs import dialogue, experience, knowledge
from trialogue.graphs.context import Context
from trialogue.graphs.pool import UserPool
from trialogue.graphs.running import run_graph
from trialogue.records import Action, Dialogue, ScenarioRef, Turn, UserProfile


class State(TypedDict):
    """Nothing needs to go in; `record` comes out. The rest is what the stages hand on."""

    problems: tuple[str, ...]
    candidate: Candidate
    user: UserProfile
    trajectory: tuple[Action, ...]
    turns: tuple[Turn, ...]
    stop_reason: str
    record: Dialogue


class Update(TypedDict, total=False):
    """What a node may change."""

    problems: tuple[str, ...]
    candidate: Candidate
    user: UserProfile
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
    return {"candidate": candidate, "user": candidate.user}


async def score_dialogue(state: State, runtime: Runtime[Context]) -> Update:
    """The finished record with its scores."""
    finished = record(runtime.context, state["user"], state["stop_reason"])
    finished = finished.model_copy(
        update={
            "usage": finished.usage + state["candidate"].usage,
            "trajectory": state["trajectory"],
            "turns": state["turns"],
            "sources": tuple(dict.fromkeys(s for turn in state["turns"] for s in turn.sources)),
        }
    )
    return {"record": finished.model_copy(update={"scores": score(finished)})}


def record(context: Context, user: UserProfile, stop_reason: str) -> Dialogue:
    """A dialogue's record without its turns: who, with which models, prompts and seed."""
    scenario = context.scenario
    return Dialogue(
        id=f"{scenario.id}-{context.seed}-{context.number:05d}",
        scenario=ScenarioRef(id=scenario.id, name=scenario.name, language=scenario.language),
        user=user,
        models={role: spec.name for role, spec in sorted(context.caller.models.items())},
        prompts=prompt_versions(scenario.language),
        seed=seed_for(context.seed, "dialogue", context.number, context.attempt),
        stop_reason=stop_reason,
        usage=context.meter.usage,
    )


def build() -> StateGraph[State, Context, State, State]:
    """The graph, not compiled; experience and dialogue are subgraphs."""
    graph = StateGraph(State, context_schema=Context)
    graph.add_node("knowledge", gather_knowledge)
    graph.add_node("users", choose_user)
    graph.add_node("experience", experience.build().compile())
    graph.add_node("dialogue", dialogue.build().compile())
    graph.add_node("score", score_dialogue)
    graph.add_edge(START, "knowledge")
    graph.add_edge("knowledge", "users")
    graph.add_edge("users", "experience")
    graph.add_edge("experience", "dialogue")
    graph.add_edge("dialogue", "score")
    graph.add_edge("score", END)
    return graph
