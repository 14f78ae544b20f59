"""What a caller holds on one event loop: endpoints, the gate, and the tries of a question."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from trialogue.agents.endpoint import Endpoint
from trialogue.agents.failures import Passing, Refused, pause
from trialogue.agents.limits import Budget, Gate
from trialogue.agents.models import ModelSpec
from trialogue.agents.wire import Ask, Sampling
from trialogue.memory.collector import spare_what_is_loaded
from trialogue.memory.journal import Answer, Journal

if TYPE_CHECKING:
    from tenacity import RetryCallState

Connect = Callable[[ModelSpec, Sampling, Journal, float], Endpoint]
Sleep = Callable[[float], Awaitable[None]]


class Session:
    """Connections of one event loop; made inside it. `open_endpoint` connects on first use."""

    def __init__(self, budget: Budget, sleep: Sleep) -> None:
        self.loop = asyncio.get_running_loop()
        self._budget, self._sleep = budget, sleep
        self._gate = Gate(budget.limits)
        self._endpoints: dict[tuple[object, ...], Endpoint] = {}
        self._opening = asyncio.Lock()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def lock(self, key: str) -> asyncio.Lock:
        """The lock that keeps two equal questions from being paid twice."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock

    async def endpoint(self, name: tuple[object, ...], connect: Callable[[], Endpoint]) -> Endpoint:
        """The endpoint under `name`, connected in a thread: that may start a server."""
        if name not in self._endpoints:
            async with self._opening:
                if name not in self._endpoints:
                    self._endpoints[name] = await asyncio.to_thread(connect)
                    spare_what_is_loaded()
        return self._endpoints[name]

    async def answer(
        self, endpoint: Endpoint, ask: Ask, key: str, retried: Callable[[], None]
    ) -> Answer:
        """Ask until answered or refused, within the limits; `retried` is told of each new try.

        Raises ModelError or EndpointError after the last try, LimitReached.
        """
        if self._budget.seconds_left is None:
            return await self._tried(endpoint, ask, key, retried)
        try:
            async with asyncio.timeout(self._budget.seconds_left):
                return await self._tried(endpoint, ask, key, retried)
        except TimeoutError:
            raise self._budget.out_of_time() from None

    async def close(self) -> None:
        """Close all connections."""
        for endpoint in self._endpoints.values():
            await endpoint.close()

    async def _tried(
        self, endpoint: Endpoint, ask: Ask, key: str, retried: Callable[[], None]
    ) -> Answer:
        from tenacity import AsyncRetrying, retry_if_exception_type

        retrying = AsyncRetrying(
            retry=retry_if_exception_type(Passing),
            stop=lambda state: state.attempt_number >= _failure(state).tries,
            wait=lambda state: _wait(state, key),
            sleep=self._sleep,
            before_sleep=lambda _: retried(),
            reraise=True,
        )
        try:
            return await retrying(self._once, endpoint, ask)
        except Passing as failure:
            raise failure.final from None
        except Refused as refusal:
            return Answer("", finish_reason="refused", refused=refusal.text)

    async def _once(self, endpoint: Endpoint, ask: Ask) -> Answer:
        async with self._gate.slot():
            self._budget.check()
            return await endpoint.put(ask)


def _failure(state: "RetryCallState") -> Passing:
    failure = state.outcome.exception() if state.outcome else None
    assert isinstance(failure, Passing)
    return failure


def _wait(state: "RetryCallState", key: str) -> float:
    """Backoff with a spread that comes from the key: no random state, no two callers alike."""
    start = 4 * state.attempt_number
    share = int(key[start : start + 4], 16) / 0x10000
    return pause(state.attempt_number, _failure(state).wait, share)
