"""Fills the user pool in waves, so that who is in it never depends on who finished first."""

import asyncio

from trialogue.agents.user_generator import Candidate
from trialogue.errors import DialogueFailed
from trialogue.graphs import users
from trialogue.graphs.context import Context
from trialogue.graphs.running import run_graph

LARGEST_WAVE = 32


def wave_of(number: int) -> range:
    """The numbers that are proposed together with this one: 1, 1, 2, 4, 8, 16, then 32 at a time.

    Small at first so that the first dialogue starts soon; the same whatever is asked for.
    """
    if number >= LARGEST_WAVE:
        first, size = number // LARGEST_WAVE * LARGEST_WAVE, LARGEST_WAVE
    else:
        first = 1 << number.bit_length() - 1 if number else 0
        size = max(first, 1)
    return range(first, first + size)


class UserPool:
    """Candidates by dialogue number, proposed wave by wave."""

    def __init__(self) -> None:
        self._graph = users.build().compile()
        self._lock = asyncio.Lock()
        self._filled = self._written = 0
        self._pool: dict[int, Candidate] = {}
        self._known: dict[int, tuple[str, ...]] = {0: ()}

    async def candidate(self, context: Context) -> Candidate:
        """The user of dialogue `context.number`; every second attempt gets a new one.

        Raises DialogueFailed if none could be found.
        """
        number, spare = context.number, context.attempt // 2
        async with self._lock:
            while self._filled <= number:
                await self._fill_wave(context, wave_of(self._filled))
        if spare:
            return await self._propose(context, number, spare)
        if number not in self._pool:
            raise DialogueFailed(f"user_generator: no usable user for dialogue {number}")
        return self._pool[number]

    def release(self, before: int) -> None:
        """Forget what was found for dialogues below number `before`: they are written."""
        self._written = before
        self._pool = {n: found for n, found in self._pool.items() if n >= before}
        oldest = min(wave_of(before).start, self._filled)
        self._known = {n: told for n, told in self._known.items() if n >= oldest}

    async def _fill_wave(self, context: Context, wave: range) -> None:
        pool = await self._fill(context, tuple(wave), 0)
        self._pool |= {n: found for n, found in pool.items() if n >= self._written}
        intents = [pool[number].user.intent for number in wave if number in pool]
        self._known[wave.stop] = (*self._known[wave.start], *intents)[-users.TOLD :]
        self._filled = wave.stop

    async def _propose(self, context: Context, number: int, spare: int) -> Candidate:
        found = await self._fill(context, (number,), spare)
        if number not in found:
            raise DialogueFailed(f"user_generator: no other usable user for dialogue {number}")
        return found[number]

    async def _fill(
        self, context: Context, numbers: tuple[int, ...], spare: int
    ) -> dict[int, Candidate]:
        wanted = {
            "numbers": numbers,
            "tries": spare * context.options.proposals,
            "known": self._known[wave_of(numbers[0]).start],
        }
        with context.trace("users") as seen:
            seen.note(numbers=list(numbers))
            found = await run_graph(self._graph, wanted, context)
        pool: dict[int, Candidate] = found["pool"]
        return pool
