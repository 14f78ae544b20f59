"""One inner level of an optimisation: every candidate climbs, one after the other (R, eqs. 6-7)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from trialogue.evaluation.ledger import Ledger
from trialogue.evaluation.metric_pairs import MetricPair
from trialogue.evaluation.trials import UNTUNED, Candidate, Search
from trialogue.evaluation.trilevel import Trilevel

Found = Search[MetricPair]
Tried = Candidate[MetricPair]
InnerLevel = Literal["turns", "dialogues"]


@dataclass(frozen=True)
class Course:
    """What an optimisation works with.

    `before` is called before each generation, with the budget to be brought up to date; `told`
    hears what is under way.
    """

    trilevel: Trilevel[MetricPair]
    ledger: Ledger
    before: Callable[[], None]
    told: Callable[[str, Found, int | None], None]


class State(TypedDict):
    """`search` goes in and comes out; `trying` is the number of the candidate that climbs."""

    search: Found
    trying: int | None


class Update(TypedDict, total=False):
    """What a node may change."""

    search: Found
    trying: int | None


Node = Callable[..., object]


def build(level: InnerLevel = "dialogues") -> StateGraph[State, Course, State, State]:
    """The graph of a level, not compiled: φ is tuned on turns, θ on dialogues."""

    async def pick_candidate(state: State) -> Update:
        """The next candidate that has not been tuned at this level."""
        waiting = (c.number for c in state["search"].current if _waits(c, level))
        return {"trying": next(waiting, None)}

    async def climb(state: State, runtime: Runtime[Course]) -> Update:
        """Probe around it, step, keep the best: as often as the plan says."""
        search, course = state["search"], runtime.context
        course.told(level, search, state["trying"])
        one = next(c for c in search.current if c.number == state["trying"])
        tune = course.trilevel.tune_turns if level == "turns" else course.trilevel.tune_dialogues
        with course.ledger.at(level):
            after = await tune(replace(search, current=(one,)))
        [tuned] = after.current
        current = tuple(tuned if c.number == tuned.number else c for c in search.current)
        return {"search": replace(after, current=current)}

    graph = StateGraph(State, context_schema=Course)
    graph.add_node("pick", pick_candidate)
    graph.add_node("climb", climb)
    graph.add_edge(START, "pick")
    graph.add_conditional_edges("pick", _way, ["climb", END])
    graph.add_edge("climb", "pick")
    return graph


def _waits(one: Tried, level: InnerLevel) -> bool:
    tuned = one.turns if level == "turns" else one.dialogues
    return one.fate == "open" and one.origin != UNTUNED and tuned is None


def _way(state: State) -> str:
    return END if state["trying"] is None else "climb"
