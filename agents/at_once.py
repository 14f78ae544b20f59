"""Asks about many things at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")


async def each(
    things: Sequence[U],
    ask: Callable[[U], Awaitable[T]],
    told: Callable[[int, int], None] | None = None,
) -> list[T]:
    """What `ask` gives for every thing, all asked at once, in order; where one raises, the others
    end and it is raised. `told` hears how many of how many are done."""
    done = 0

    async def one(thing: U) -> T:
        nonlocal done
        found = await ask(thing)
        done += 1
        if told is not None:
            told(done, len(things))
        return found

    tasks = [asyncio.ensure_future(one(thing)) for thing in things]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
