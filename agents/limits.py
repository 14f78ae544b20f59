"""What a run may use, and what it has used (promise 6)."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from pydantic import Field

from trialogue.errors import LimitReached
from trialogue.memory.journal import Answer
from trialogue.records import Record, Usage


class Price(Record):
    """USD for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def of(self, input_tokens: int, output_tokens: int) -> float:
        """The price of one call in USD."""
        return (input_tokens * self.input + output_tokens * self.output) / 1_000_000


class Limits(Record):
    """Limits of a run; None is no limit.

    `calls`, `tokens` (sent and received) and `money` (USD) count what the journal holds from
    earlier sessions; `wall_seconds` counts this session only. `prices` are by model name.
    """

    calls: int | None = Field(default=None, ge=0)
    tokens: int | None = Field(default=None, ge=0)
    money: float | None = Field(default=None, ge=0)
    wall_seconds: float | None = Field(default=None, gt=0)
    concurrency: int = Field(default=8, ge=1)
    requests_per_minute: float | None = Field(default=None, gt=0)
    prices: Mapping[str, Price] = {}


class Meter:
    """Adds up what one dialogue used; replayed answers count like live ones."""

    def __init__(self) -> None:
        self._calls = self._sent = self._received = 0
        self._costs: list[float] = []

    def add(self, answer: Answer) -> None:
        """Count one answer."""
        self._calls += 1
        self._sent += answer.input_tokens
        self._received += answer.output_tokens
        if answer.cost is not None:
            self._costs.append(answer.cost)

    @property
    def usage(self) -> Usage:
        """The sum so far; it does not depend on the order in which answers came."""
        return Usage(
            calls=self._calls,
            input_tokens=self._sent,
            output_tokens=self._received,
            cost=math.fsum(self._costs) if self._costs else None,
        )


class Budget:
    """Counts live calls against limits; `before` is what the journal holds at the start.

    A call is counted once, however often it is tried, and only if it is answered. Where it is
    `strict`, the limit on tokens leaves room for what calls under way may still use.
    """

    def __init__(
        self,
        limits: Limits,
        before: Mapping[str, Usage] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        spent = tuple((before or {}).values())
        self.limits = limits
        self.calls = sum(usage.calls for usage in spent)
        self.tokens = sum(usage.input_tokens + usage.output_tokens for usage in spent)
        self.money = sum(usage.cost or 0.0 for usage in spent)
        self.strict = False
        self._in_flight = self._expected = 0
        self._clock, self._start = clock, clock()

    def reserve(self, tokens: int = 0) -> None:
        """Make room for one call, to be settled or released. Raises LimitReached.

        `tokens` is the most that the call can use.
        """
        if (most := self.limits.calls) is not None and self.calls + self._in_flight >= most:
            raise LimitReached(f"the limit of {most} model calls is reached; raise it to go on")
        self.check()
        room, used = self.limits.tokens, self.tokens + self._expected
        if self.strict and room is not None and used + tokens > room:
            raise LimitReached(f"the limit of {room} tokens is reached; raise it to go on")
        self._in_flight += 1
        self._expected += tokens

    def check(self) -> None:
        """Raises LimitReached if tokens, money or time are used up."""
        limits = self.limits
        if limits.tokens is not None and self.tokens >= limits.tokens:
            raise LimitReached(f"the limit of {limits.tokens} tokens is reached; raise it to go on")
        if limits.money is not None and self.money >= limits.money:
            raise LimitReached(f"the limit of {limits.money} USD is reached; raise it to go on")
        if (left := self.seconds_left) is not None and left <= 0:
            raise self.out_of_time()

    def settle(self, answer: Answer, tokens: int = 0) -> None:
        """Count the answer of a call that was reserved with so many `tokens`."""
        self.release(tokens)
        self.calls += 1
        self.tokens += answer.input_tokens + answer.output_tokens
        self.money += answer.cost or 0.0

    def release(self, tokens: int = 0) -> None:
        """Give back the room of a call that was not answered."""
        self._in_flight -= 1
        self._expected -= tokens

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the wall-time limit; None without one."""
        if self.limits.wall_seconds is None:
            return None
        return self.limits.wall_seconds - (self._clock() - self._start)

    def out_of_time(self) -> LimitReached:
        """The error that says that the wall-time limit is reached."""
        return LimitReached(
            f"the limit of {self.limits.wall_seconds} seconds is reached; raise it to go on"
        )


class Gate:
    """Lets requests through: so many at once, evenly spaced under a rate. One event loop each."""

    def __init__(self, limits: Limits) -> None:
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._rate: AbstractAsyncContextManager[None] = nullcontext()
        if limits.requests_per_minute is not None:
            from aiolimiter import AsyncLimiter

            # A bucket of one: a bigger bucket would let twice the rate through in its first minute.
            self._rate = AsyncLimiter(1, 60 / limits.requests_per_minute)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one place for one request."""
        async with self._slots:
            async with self._rate:
                pass
            yield
