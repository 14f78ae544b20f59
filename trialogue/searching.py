"""An optimisation under way: users, unoptimised dialogues, the search, the comparison."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, NamedTuple

import numpy as np

from trialogue.agents.seeds import seed_for
from trialogue.errors import AnswerError, LimitReached
from trialogue.evaluation.evaluations import Split
from trialogue.evaluation.judge import Judgement
from trialogue.evaluation.ledger import Ledger
from trialogue.evaluation.metric_pairs import MetricPair
from trialogue.evaluation.optimised import EVOLVED, FIXED, UNOPTIMISED
from trialogue.evaluation.trees import Leaf
from trialogue.evaluation.trials import Candidate, Proposal, Search
from trialogue.evaluation.trilevel import Plan, Problem, Trilevel
from trialogue.graphs import optimisation
from trialogue.graphs.context import Context
from trialogue.graphs.objectives import Studio
from trialogue.graphs.rehearsal import Configuration, Rehearsal, met_users
from trialogue.memory.embedders import Embedder
from trialogue.prompt_rewriting import rewritten
from trialogue.records import Dialogue
from trialogue.search_comparison import judged_alike
from trialogue.search_ground import Ground, Stopped, failing_judge, laid, splits, tried_judge
from trialogue.search_plan import Extent, Prices

FIXED_ORIGIN = "fixed"
_MARGIN = 1.3
_NOTHING = Prices(0.0, 0.0)
Pair = Candidate[MetricPair]
Found = Search[MetricPair]


class Standing(NamedTuple):
    """How far an optimisation is; `left` is None without a budget."""

    stage: str
    generation: int = 0
    candidate: int | None = None
    best: float | None = None
    calls: int = 0
    left: int | None = None


Told = Callable[[Standing], None]


@dataclass
class Searching:
    """One optimisation. Its fields hold what was learnt, whatever ends it."""

    context: Context
    extent: Extent
    ledger: Ledger
    embedder: Embedder
    at_once: int = 8
    names: Sequence[str] = ()
    compare: bool = False
    told: Told = lambda _: None
    users: dict[Split, tuple[int, ...]] = field(default_factory=dict)
    unoptimised_h: float | None = None
    ground: Ground | None = None
    prices: Prices = _NOTHING
    search: Found = field(default_factory=Search)
    fixed: dict[str, Configuration] = field(default_factory=dict)
    winner: Pair | None = None
    evolved: Configuration | None = None
    h: float | None = None
    compared: dict[str, list[tuple[Dialogue, Judgement]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problem: str = ""

    async def go(self) -> None:
        """Everything, as far as judge, users and budget allow; `problem` says what did not."""
        try:
            ground = self.ground = await self._begin()
            self._check_room()
            with self.ledger.holding(self._reserve):
                await self._tune_by_fixed_metrics(ground)
                await self._evolve(ground)
                await self._rewrite_prompts(ground)
            await self._compare(ground)
            self.problem = failing_judge(ground.objectives.studio.judgements)
        except (LimitReached, Stopped) as error:
            self.problem = str(error)

    async def _begin(self) -> Ground:
        """The users, their unoptimised dialogues, a trial of the judge, and the start."""
        self._tell("meeting users")
        with self.ledger.at("users"):
            starts = await met_users(self.context, self.extent.users)
        self.users = splits(sorted(starts), self.extent)
        studio = Studio(Rehearsal(self.context, starts), self.users, self.ledger)
        self._tell("unoptimised dialogues")
        with self.ledger.at("baseline"):
            [train] = await studio.dialogues([Configuration()], "train")
            [select] = await studio.dialogues([Configuration()], "select")
        self._tell("trying the judge")
        with self.ledger.at("judge"):
            self.unoptimised_h, beware = await tried_judge(studio, select)
        self.notes += beware
        moments = self.extent.moments
        ground = laid(self.context, studio, self.embedder, train, select, self.names, moments)
        self._tell("the start of the search")
        with self.ledger.at("baseline"):
            start = ground.objectives.configuration(ground.start)
            await studio.dialogues([start], "select")
        users = self.ledger.by_level["users"].calls / len(starts)
        self.prices = Prices(users, studio.mean_calls)
        self.extent = self.extent.model_copy(update={k: len(v) for k, v in self.users.items()})
        return ground

    def _check_room(self) -> None:
        """Raises Stopped if what is left cannot pay for one candidate and the comparison."""
        left, fixed = self.ledger.left, len(FIXED) if self.compare else 0
        least = self.extent.model_copy(update={"population": 1})
        need = self._reserve + self.prices.generation(least)
        need += fixed * self.prices.candidate(self.extent)
        self._tell(self.prices.told(self.extent, self._rows, fixed))
        if left is not None and left < need:
            raise Stopped(
                f"the budget is too small for one generation: {left:,} calls are left, and one "
                f"candidate with the comparison at the end takes up to {need:,}; raise the budget "
                f"by {need - left:,} calls, or search less far"
            )

    @property
    def _rows(self) -> int:
        return 2 + (len(FIXED) if self.compare else 0)

    @property
    def _reserve(self) -> int:
        """Calls kept back for the comparison."""
        return self.prices.report(self.extent, self._rows)

    def _renew(self, ground: Ground) -> None:
        """The budget of a generation: what is left without the reserve, at prices as they were
        met so far."""
        goals, left = ground.objectives, self.ledger.left
        calls = max(self.prices.dialogue, goals.studio.mean_calls)
        self.prices = self.prices._replace(dialogue=calls)
        for level, bound in self.prices.evaluations(self.extent, len(goals.moments)).items():
            spent = goals.budget.spent[level]
            met = _MARGIN * spent.units / spent.evaluations if spent.evaluations else bound
            goals.budget.prices[level] = max(1, ceil(min(bound, met)))
        if left is not None:
            goals.budget.total = goals.budget.units + max(0, left - self._reserve)

    async def _evolve(self, ground: Ground) -> None:
        """Metrics made from metrics; the best one's place is the recipe if it beats the start."""
        makes = ground.nursery
        try:
            self.search = await self._searched(
                ground, "", makes.propose, self.extent.plan, makes.refuse, makes.alike
            )
        finally:  # whatever ended it: the best so far is the recipe
            self._choose(ground)
        leader, before = self.search.leader, self.unoptimised_h or 0.0
        if leader is None:
            raise Stopped(f"no candidate could be judged: {self.search.ended}")
        if self.winner is None:
            self.notes.append(
                f"no candidate was judged better than the unoptimised dialogues (h {leader.h:.3f} "
                f"against {before:.3f}): the recipe changes no control"
            )

    def _choose(self, ground: Ground) -> None:
        """The leader's place, if it beats the start."""
        leader = self.search.leader
        if leader is not None and leader.h > (self.unoptimised_h or 0.0):
            self.winner, self.h = leader, leader.h
            self.evolved = ground.objectives.configuration(leader.place)

    async def _tune_by_fixed_metrics(self, ground: Ground) -> None:
        """Tune by each metric of paper R's table 2 alone."""
        alone = self.extent.model_copy(update={"generations": 1, "population": 1}).plan
        for name, (f, g) in FIXED.items() if self.compare else ():
            made = _only(MetricPair(Leaf(f), Leaf(g)))
            found = await self._searched(ground, f"{name}: ", made, alone)
            tuned = [c for c in found.past if c.origin == FIXED_ORIGIN and c.fate == "judged"]
            if tuned:
                self.fixed[name] = ground.objectives.configuration(tuned[0].place)
            else:
                self.notes.append(f"{name}: not tuned to the end: {found.ended}")

    async def _searched(
        self,
        ground: Ground,
        name: str,
        propose: Any,
        plan: Plan,
        refuse: Callable[[MetricPair], str] = lambda _: "",
        alike: Callable[[MetricPair], Any] = lambda _: None,
    ) -> Found:
        goals = ground.objectives
        problem = Problem(goals.turns, goals.dialogues, goals.judge, propose, refuse, alike)
        rng = np.random.default_rng(seed_for(self.context.seed, "optimise", name))
        trilevel = Trilevel(problem, ground.start, rng=rng, budget=goals.budget, plan=plan)

        def told(stage: str, search: Found, candidate: int | None) -> None:
            if not name:
                self.search = search
            self._tell(f"{name}{stage}", search, candidate)

        course = optimisation.Course(trilevel, self.ledger, lambda: self._renew(ground), told)
        found = (
            await optimisation.build()
            .compile()
            .ainvoke(
                {"search": Search(), "trying": None},
                {"recursion_limit": optimisation.steps(plan.generations or 1, plan.population)},
                context=course,
            )
        )
        search: Found = found["search"]
        return search

    async def _rewrite_prompts(self, ground: Ground) -> None:
        """Prompts rewritten by a model that reads judged failures; what is better stays."""
        studio, before = ground.objectives.studio, self.evolved or Configuration()
        for number in range(self.extent.reflections):
            self._tell(f"rewriting prompts, {number + 1} of {self.extent.reflections}")
            try:
                with self.ledger.at("prompts"):
                    found = await rewritten(studio, before, number)
            except AnswerError as error:
                self.notes.append(f"rewriting prompts: {error}")
                continue
            except LimitReached:
                self.notes.append("rewriting prompts: the budget ended it")
                return
            if found is not None:
                before, self.h = found
                self.evolved = before

    async def _compare(self, ground: Ground) -> None:
        """Dialogues of the report's users, unoptimised and by each recipe, judged alike."""
        rows = {UNOPTIMISED: Configuration(), **self.fixed}
        if self.evolved is not None:
            rows[EVOLVED] = self.evolved
        self.compared = {name: [] for name in rows}
        size = max(1, self.at_once // len(rows))
        numbers = self.users["report"] if len(rows) > 1 else ()
        try:
            for first in range(0, len(numbers), size):
                self._tell(f"comparing on {len(numbers)} other users")
                part = numbers[first : first + size]
                with self.ledger.at("report"):
                    found = await judged_alike(ground.objectives.studio, rows, part)
                for name, pairs in found.items():
                    self.compared[name] += pairs
        except LimitReached as error:
            done = len(self.compared[UNOPTIMISED])
            self.notes.append(f"compared on {done} of {len(numbers)} users: {error}")

    def _tell(self, stage: str, search: Found | None = None, candidate: int | None = None) -> None:
        leader, spent = search.leader if search else None, self.ledger.spent
        known = (leader.h if leader else None, self.h, self.unoptimised_h)
        best = max((h for h in known if h is not None), default=None)
        generation = search.generation + 1 if search else 0
        self.told(Standing(stage, generation, candidate, best, spent.calls, self.ledger.left))


def _only(pair: MetricPair) -> Any:
    async def propose(*_: Any) -> list[Proposal[MetricPair]]:
        return [Proposal(pair, FIXED_ORIGIN)]

    return propose
