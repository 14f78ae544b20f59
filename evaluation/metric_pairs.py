"""ω as an optimisation of dialogues searches for it: a tree over dialogues and one over turns."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.screening import Outcome, Screen, ScreenCounts, Verdict, rank_key
from trialogue.evaluation.trees import Limits, Tree, evaluate, formula, grown, offspring
from trialogue.evaluation.trials import COPY, Candidate, Proposal

TRIES = 40
LIMITS = Limits(depth=5, size=15)
GROWN, OFFSPRING = "grown", "offspring"
Values = Mapping[str, Floats]


@dataclass(frozen=True)
class MetricPair:
    """f_ω over dialogue-level values and g_ω over turn-level ones."""

    dialogue: Tree
    turn: Tree

    def __str__(self) -> str:
        return f"f = {formula(self.dialogue)}; g = {formula(self.turn)}"


class Side:
    """What one tree of a pair is made of and screened by: leaf values of a reference set, (R,) by
    metric, and of each way it was spoilt."""

    def __init__(
        self, names: Sequence[str], reference: Values, spoilt: Mapping[str, Values]
    ) -> None:
        self._names = tuple(names)
        self._screen = Screen(reference, spoilt)
        sets = [reference, *spoilt.values()]
        self._values = {name: np.concatenate([s[name] for s in sets]) for name in reference}
        self._verdicts: dict[Tree, Verdict] = {}

    def verdict(self, tree: Tree) -> Verdict:
        """What screening says of a tree, looked at once."""
        if tree not in self._verdicts:
            [self._verdicts[tree]] = self._screen.screened([tree])
        return self._verdicts[tree]

    def key(self, tree: Tree) -> str:
        """Equal for trees that rank the reference and what was spoilt of it alike: a few dialogues
        alone are soon ranked alike by chance."""
        return rank_key(evaluate(tree, self._values))

    def bred(self, rng: np.random.Generator, parent: Tree | None) -> Tree:
        """One offspring of a tree, or a new tree."""
        if parent is None:
            return grown(rng, self._names, limits=LIMITS)
        return offspring(rng, parent, self._names, LIMITS)


class Nursery:
    """Makes pairs from the leader and sorts out those that are not worth a model call.

    It draws until as many pass as are wanted, but at most 40 times as many; `counts` says what was
    sorted out.
    """

    def __init__(self, dialogue: Side, turn: Side) -> None:
        self._dialogue, self._turn = dialogue, turn
        self._seen: set[tuple[str, str]] = set()
        self._counted: Counter[Outcome] = Counter()

    @property
    def counts(self) -> ScreenCounts:
        """What became of the pairs that were drawn."""
        return ScreenCounts.model_validate(self._counted)

    async def propose(
        self, rng: np.random.Generator, leader: Candidate[MetricPair] | None, count: int
    ) -> list[Proposal[MetricPair]]:
        """Up to `count` pairs that passed, each ranking the reference in a new way or a copy."""
        parent = leader.omega if leader else None
        found: list[Proposal[MetricPair]] = []
        for _ in range(TRIES * count):
            if len(found) == count:
                break
            pair = MetricPair(
                self._dialogue.bred(rng, parent.dialogue if parent else None),
                self._turn.bred(rng, parent.turn if parent else None),
            )
            copied = pair == parent
            outcome = self._outcome(pair)
            self._counted["accepted" if copied else outcome] += 1
            if copied or outcome == "accepted":
                origin = COPY if copied else OFFSPRING if parent else GROWN
                found.append(Proposal(pair, origin))
        return found

    def refuse(self, pair: MetricPair) -> str:
        """Why a pair is not worth a call, or ""."""
        for side, tree in ((self._dialogue, pair.dialogue), (self._turn, pair.turn)):
            verdict = side.verdict(tree)
            if verdict.rejected:
                return f"{formula(tree)}: {_why(verdict)}"
        return ""

    def resists(self, pair: MetricPair) -> dict[str, dict[str, float]]:
        """For either tree of a pair how often it puts originals first, by kind of corruption."""
        return {
            "dialogues": dict(self._dialogue.verdict(pair.dialogue).kinds),
            "turns": dict(self._turn.verdict(pair.turn).kinds),
        }

    def alike(self, pair: MetricPair) -> tuple[str, str]:
        """Equal for pairs that rank everything alike."""
        return self._dialogue.key(pair.dialogue), self._turn.key(pair.turn)

    def _outcome(self, pair: MetricPair) -> Outcome:
        for side, tree in ((self._dialogue, pair.dialogue), (self._turn, pair.turn)):
            if (verdict := side.verdict(tree)).rejected:
                return verdict.outcome
        key = self.alike(pair)
        if key in self._seen:
            return "equivalent"
        self._seen.add(key)
        return "accepted"


def _why(verdict: Verdict) -> str:
    told = verdict.outcome.replace("_", " ")
    if not verdict.kinds:
        return told
    return f"{told}, most of all {min(verdict.kinds, key=lambda kind: verdict.kinds[kind])} ones"
