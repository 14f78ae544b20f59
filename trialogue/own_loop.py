"""Runs a coroutine to its end from plain code, also where an event loop is running already."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


def run_in_own_loop(start: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What the coroutine made by `start` returns or raises.

    Inside a running loop it runs in a thread with a loop of its own; an interrupt ends it.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(start())
    return _run_beside(start)


def _run_beside(start: Callable[[], Coroutine[Any, Any, T]]) -> T:
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = []

    async def main() -> T:
        task = asyncio.current_task()
        assert task is not None
        running.append((asyncio.get_running_loop(), task))
        return await start()

    with ThreadPoolExecutor(1, "trialogue") as pool:
        future = pool.submit(asyncio.run, main())
        try:
            return future.result()
        except BaseException:
            for loop, task in running:
                with suppress(RuntimeError):  # the loop has ended by itself
                    loop.call_soon_threadsafe(task.cancel)
            raise
