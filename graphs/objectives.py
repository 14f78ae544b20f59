"""f, g and h on real dialogues: what the trilevel search maximises (R, eqs. 5-7; METHOD §4)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from trialogue.agents.at_once import each
from trialogue.agents.caller import Meter
from trialogue.agents.controls.axes import Axis, values_at
from trialogue.evaluation.evaluations import Evaluations, Split, evaluation_key
from trialogue.evaluation.judge import Judgement, judge
from trialogue.evaluation.judged import set_score
from trialogue.evaluation.leaf_values import Leaves, Values
from trialogue.evaluation.ledger import Ledger
from trialogue.evaluation.level_budget import Level, LevelBudget
from trialogue.evaluation.metric_pairs import MetricPair
from trialogue.evaluation.trials import Place
from trialogue.graphs.rehearsal import Configuration, Moment, Rehearsal
from trialogue.records import Dialogue

Users = Mapping[Split, tuple[int, ...]]
Made = tuple[Dialogue | None, ...]
Judged = tuple[Judgement | None, ...]


@dataclass(frozen=True)
class Studio:
    """Makes and judges the dialogues of a split under a configuration, each once.

    Every evaluation is kept under configuration, users, seed and split, so that all metrics share
    the dialogues of a place.
    """

    rehearsal: Rehearsal
    users: Users
    ledger: Ledger
    _made: Evaluations[Made] = field(default_factory=Evaluations)
    _judged: Evaluations[Judged] = field(default_factory=Evaluations)

    async def dialogues(self, configurations: Sequence[Configuration], split: Split) -> list[Made]:
        """The dialogues of a split's users, in their order, under each configuration."""
        numbers = self.users[split]

        async def make(places: Sequence[int]) -> list[Made]:
            wanted = [(configurations[place], number) for place in places for number in numbers]
            made = await self.rehearsal.dialogues(wanted)
            size = len(numbers)
            return [tuple(made[i : i + size]) for i in range(0, len(made), size)]

        found = await self._made.found(self._keys(configurations, split), make)
        return [made or (None,) * len(numbers) for made in found]

    async def judged(self, configurations: Sequence[Configuration], split: Split) -> list[Judged]:
        """What the judge says of them; None where the dialogue failed."""
        sets = await self.dialogues(configurations, split)

        async def rate(places: Sequence[int]) -> list[Judged]:
            size = len(self.users[split])
            waiting = [dialogue for place in places for dialogue in sets[place]]
            rated = await each(waiting, self.rated)
            return [tuple(rated[i : i + size]) for i in range(0, len(rated), size)]

        found = await self._judged.found(self._keys(configurations, split), rate)
        return [judged or (None,) * len(self.users[split]) for judged in found]

    async def rated(self, dialogue: Dialogue | None) -> Judgement | None:
        """One dialogue as the judge sees it."""
        if dialogue is None:
            return None
        context = self.rehearsal.context
        with context.trace("judging") as seen:
            seen.note(dialogue=dialogue.id)
            return await judge(context.caller, dialogue, seed=context.seed, meter=Meter())

    @property
    def judgements(self) -> list[Judgement]:
        """All that the judge has said so far."""
        return [j for judged in self._judged.known.values() for j in judged if j is not None]

    @property
    def mean_calls(self) -> float:
        """Model calls of a dialogue, under the configuration where they are most on average."""
        sets = [[d.usage.calls for d in made if d] for made in self._made.known.values()]
        return max((sum(row) / len(row) for row in sets if row), default=0.0)

    def _keys(self, configurations: Sequence[Configuration], split: Split) -> list[str]:
        starts, seed = self.rehearsal.starts, self.rehearsal.context.seed
        users = [starts[number].user.id for number in self.users[split]]
        return [evaluation_key(c.rendered, users, [seed], split) for c in configurations]


@dataclass(frozen=True)
class Objectives:
    """g, f and h over places of the box, for one batch of places after the other.

    A draw makes no difference: all places meet the same users and seeds, so that nothing is paid
    twice. What a batch cost less than was charged is given back to `budget`.
    """

    studio: Studio
    theta: tuple[Axis, ...]
    phi: tuple[Axis, ...]
    leaves: Mapping[str, Leaves]
    moments: tuple[Moment, ...]
    budget: LevelBudget
    _turns: Evaluations[Values] = field(default_factory=Evaluations)
    _values: dict[str, Values] = field(default_factory=dict)

    def configuration(self, place: Place) -> Configuration:
        """The controls that a place stands for."""
        return Configuration(
            theta=values_at(self.theta, place.theta), phi=values_at(self.phi, place.phi)
        )

    async def turns(self, omega: MetricPair, places: Sequence[Place], _: int) -> list[float]:
        """g: turns said anew from the contexts of dialogues that are there, at φ."""
        spent = self._spent
        styles = [Configuration(phi=values_at(self.phi, place.phi)) for place in places]

        async def regenerate(new: Sequence[int]) -> list[Values | None]:
            wanted = [(styles[i], moment) for i in new for moment in self.moments]
            made, size = await self.studio.rehearsal.turns(wanted), len(self.moments)
            sets = [made[i : i + size] for i in range(0, len(made), size)]
            return [await self._raw("turn", dialogues) for dialogues in sets]

        moments = [f"{m.dialogue.id}:{len(m.dialogue.turns)}" for m in self.moments]
        seeds = [self.studio.rehearsal.context.seed]
        keys = [evaluation_key(s.rendered, moments, seeds, "train") for s in styles]
        found = await self._turns.found(keys, regenerate)
        self._refund("turns", len(places), spent)
        return [self._quality("turn", omega, raw) for raw in found]

    async def dialogues(self, omega: MetricPair, places: Sequence[Place], _: int) -> list[float]:
        """f: whole dialogues of the users of the train split at θ and φ."""
        spent = self._spent
        configurations = [self.configuration(place) for place in places]
        sets = await self.studio.dialogues(configurations, "train")
        for configuration, made in zip(configurations, sets, strict=True):
            key = configuration.to_line()
            if key not in self._values and (raw := await self._raw("dialogue", made)):
                self._values[key] = raw
        self._refund("dialogues", len(places), spent)
        return [
            self._quality("dialogue", omega, self._values.get(c.to_line())) for c in configurations
        ]

    async def judge(self, places: Sequence[Place], _: int) -> list[float]:
        """h: the judge's mean on the users of the select split."""
        spent = self._spent
        configurations = [self.configuration(place) for place in places]
        sets = await self.studio.judged(configurations, "select")
        self._refund("judge", len(places), spent)
        return [set_score(judged) for judged in sets]

    async def _raw(self, level: str, made: Sequence[Dialogue | None]) -> Values | None:
        """The metrics' values; None where less than half of the dialogues could be made."""
        there = [dialogue for dialogue in made if dialogue is not None]
        if 2 * len(there) < len(made) or not there:
            return None
        return await asyncio.to_thread(self.leaves[level].raw, there)

    def _quality(self, level: str, omega: MetricPair, raw: Values | None) -> float:
        if raw is None:
            return float(np.nan)
        tree = omega.turn if level == "turn" else omega.dialogue
        return self.leaves[level].quality(tree, raw)

    @property
    def _spent(self) -> int:
        return self.studio.ledger.spent.calls

    def _refund(self, level: Level, places: int, before: int) -> None:
        charged = places * self.budget.prices[level]
        used = self._spent - before
        self.budget.refund(level, min(self.budget.spent[level].units, max(0, charged - used)))
