"""Fills the user pool in waves, so that who is in it never depends on who finished first."""

import asyncio

from trialogue.agents.user_generator import Candidate
from trialogue.errors import DialogueFailed
from trialogue.graphs import users
from trialogue.graphs.context import RECURSION_LIMIT, Context

WAVE = 4


class UserPool:
    """Candidates by dialogue number; wave w holds the numbers from w·WAVE on."""

    def __init__(self) -> None:
        self._graph = users.build().compile()
        self._lock = asyncio.Lock()
        self._waves = 0
        self._pool: dict[int, Candidate] = {}

    async def candidate(self, context: Context) -> Candidate:
        """The user of dialogue `context.number`; every second attempt gets a new one.

        Raises DialogueFailed if none could be found.
        """
        number, spare = context.number, context.attempt // 2
        if spare:
            return await self._propose(context, number, spare)
        async with self._lock:
            while self._waves <= number // WAVE:
                first = self._waves * WAVE
                await self._fill(context, tuple(range(first, first + WAVE)), 0)
                self._waves += 1
        if number not in self._pool:
            raise DialogueFailed(f"user_generator: no usable user for dialogue {number}")
        return self._pool[number]

    def release(self, number: int) -> None:
        """Forget the candidate of a dialogue that is written."""
        self._pool.pop(number, None)

    async def _propose(self, context: Context, number: int, spare: int) -> Candidate:
        found = await self._fill(context, (number,), spare)
        if number not in found:
            raise DialogueFailed(f"user_generator: no other usable user for dialogue {number}")
        return found[number]

    async def _fill(
        self, context: Context, numbers: tuple[int, ...], spare: int
    ) -> dict[int, Candidate]:
        found = await self._graph.ainvoke(
            {"numbers": numbers, "tries": spare * context.options.proposals},
            {"recursion_limit": RECURSION_LIMIT},
            context=context,
        )
        pool: dict[int, Candidate] = found["pool"]
        if not spare:
            self._pool |= pool
        return pool
