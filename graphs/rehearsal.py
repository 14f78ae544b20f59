"""Dialogues and single turns of the same users under different controls (METHOD §4).

Users, what they lived through, knowledge and seeds stay the same, so that what differs comes from
the controls: common random numbers.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from trialogue.agents.at_once import each
from trialogue.agents.controls import Manner, Value, drawn, parse_controls, styled
from trialogue.agents.prompt import replaced_prompts
from trialogue.agents.writer import Draft
from trialogue.errors import DialogueFailed, ModelError
from trialogue.evaluation.turn_corruptions import with_last
from trialogue.graphs import experience, synthesis
from trialogue.graphs.context import Context
from trialogue.graphs.errands import user_with_errands
from trialogue.graphs.pool import UserPool
from trialogue.graphs.running import run_graph
from trialogue.memory.journal import canonical, key_of
from trialogue.records import Dialogue, Record, Start

_TRIES = 2


class Configuration(Record):
    """Under what dialogues are made: controls of dialogues (θ) and of turns (φ), and prompts.

    Without any of them it is how synthesis makes dialogues by itself.
    """

    theta: dict[str, Value] = {}
    phi: dict[str, Value] = {}
    prompts: dict[str, str] = {}

    @property
    def rendered(self) -> dict[str, Any]:
        """What models are told of it, as JSON."""
        return self.model_dump(mode="json")


class Moment(NamedTuple):
    """A turn in its context: `dialogue` ends with it; `number` is the user's."""

    number: int
    dialogue: Dialogue


@dataclass(frozen=True)
class Rehearsal:
    """Makes dialogues of users who are met once; `context` holds everything but the controls."""

    context: Context
    starts: Mapping[int, Start]
    _graph: Any = field(default_factory=lambda: synthesis.build().compile())
    _alone: defaultdict[int, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )

    async def dialogues(self, wanted: Sequence[tuple[Configuration, int]]) -> list[Dialogue | None]:
        """The dialogue of each user under each configuration, all at once; None where it failed.

        Raises LimitReached and EndpointError.
        """
        return await each(wanted, lambda one: self._dialogue(*one))

    async def turns(self, wanted: Sequence[tuple[Configuration, Moment]]) -> list[Dialogue | None]:
        """Each moment with its turn said anew, by one model call or none; None where it failed."""
        return await each(wanted, lambda one: self._turn(*one))

    async def _dialogue(self, how: Configuration, number: int) -> Dialogue | None:
        # The tools of a tool set keep one state a user.
        alone = self._alone[number] if self.context.toolset else nullcontext()
        with replaced_prompts(how.prompts):
            for attempt in range(_TRIES):
                context = self._context(how, number, attempt)
                place = ("rehearsed", key_of(canonical(how.rendered)), number, attempt)
                if context.remembered(*place):
                    continue
                try:
                    async with alone:
                        return await self._made(context)
                except (DialogueFailed, ModelError) as error:
                    context.remember(str(error), *place)
        return None

    async def _made(self, context: Context) -> Dialogue:
        try:
            with context.trace("rehearsal") as seen:
                seen.note(user=context.number, attempt=context.attempt)
                state = await run_graph(self._graph, {}, context)
        finally:
            if context.toolset is not None:
                context.toolset.close(context.key)
        return Dialogue.model_validate(state["record"])

    async def _turn(self, how: Configuration, moment: Moment) -> Dialogue | None:
        context = self._context(how, moment.number, 0)
        last, place = moment.dialogue.turns[-1], len(moment.dialogue.turns)
        writer = replace(context.dialogue_writer(), drafts=1)
        path = ("moment", place)
        with replaced_prompts(how.prompts), context.trace("turn") as seen:
            seen.note(user=moment.number, turn=place - 1, speaker=last.speaker)
            try:
                said = await styled(
                    writer, context.manner, last.speaker, Draft(last.text), (), path
                )
            except ModelError:
                return None
        return with_last(moment.dialogue, said.text)

    def _context(self, how: Configuration, number: int, attempt: int) -> Context:
        context = self.context.at(number, attempt)
        own = parse_controls({**how.theta, **how.phi})
        known = {**context.manner.values, **drawn(own, context.seed, number)}
        manner = Manner(known, context.scenario.language, own.known)
        return replace(context, manner=manner, start=self.starts[number])


def moments_of(made: Mapping[int, Dialogue], count: int) -> list[Moment]:
    """So many turns spread over dialogues by users' numbers, from both sides."""
    places = [
        (number, end)
        for number, dialogue in sorted(made.items())
        for end in range(1, len(dialogue.turns) + 1)
    ]
    wanted = min(count, len(places))
    chosen = [places[(2 * i + 1) * len(places) // (2 * wanted)] for i in range(wanted)]
    return [
        Moment(number, made[number].model_copy(update={"turns": made[number].turns[:end]}))
        for number, end in chosen
    ]


async def met_users(context: Context, count: int) -> dict[int, Start]:
    """The users by number, with what they lived through; who could not be found is not there."""
    pool, graph = UserPool(), experience.build().compile()

    async def met(number: int) -> Start | None:
        for attempt in range(_TRIES):
            here = context.at(number, attempt)
            if here.remembered("met", number, attempt):
                continue
            try:
                return await _met(here, pool, graph)
            except (DialogueFailed, ModelError) as error:
                here.remember(str(error), "met", number, attempt)
        return None

    found = await each(range(count), met)
    return {number: start for number, start in enumerate(found) if start is not None}


async def _met(context: Context, pool: UserPool, graph: Any) -> Start:
    if context.tool_tasks:
        user, goal = user_with_errands(context)
        return Start(user=user, goal=goal)
    candidate = await pool.candidate(context)
    state = await run_graph(graph, {"candidate": candidate}, context)
    return Start(user=candidate.user, trajectory=tuple(state["trajectory"]))
