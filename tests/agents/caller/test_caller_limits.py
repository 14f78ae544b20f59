import asyncio
from collections.abc import Callable

import pytest
from asking import ASK, NAME, ask, caller_of
from openai_server import (
    OpenAIServer,
    refusal,
    silent,
)

from trialogue.agents.caller import Caller, ModelSpec
from trialogue.agents.limits import Limits, Price
from trialogue.errors import LimitReached, ModelError, UsageError
from trialogue.memory.journal import Journal

Start = Callable[..., OpenAIServer]


async def test_calls_stop_exactly_at_the_limit_and_replays_go_on(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(delay=0.01)
    async with caller_of(server, journal, limits=Limits(calls=7)) as caller:
        calls = [caller.text("user", ASK, seed=seed) for seed in range(20)]
        done = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(isinstance(result, LimitReached) for result in done) == 13
    assert len(server.requests) == 7
    asked = sorted(body["seed"] for body in server.requests)
    async with caller_of(server, journal, limits=Limits(calls=7)) as caller:
        for seed in asked:
            await caller.text("user", ASK, seed=seed)
        with pytest.raises(LimitReached):
            await caller.text("user", ASK, seed=99)
    assert len(server.requests) == 7


async def test_a_call_that_fails_gives_its_room_back(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(faults=[refusal(500, "oops")] * 6)
    async with caller_of(server, journal, limits=Limits(calls=1)) as caller:
        with pytest.raises(ModelError):
            await caller.text("user", ASK, seed=1)
        await caller.text("user", ASK, seed=1)


@pytest.mark.parametrize(
    ("limits", "calls"),
    [
        (Limits(tokens=36), 2),
        (Limits(tokens=37), 3),
        (Limits(money=28.0, prices={NAME: Price(input=0, output=1e6)}), 4),
    ],
)
async def test_tokens_and_money_stop_a_run(
    openai_server: Start, journal: Journal, limits: Limits, calls: int
) -> None:
    server = openai_server()
    async with caller_of(server, journal, limits=limits) as caller:
        for seed in range(calls):
            await caller.text("user", ASK, seed=seed)
        with pytest.raises(LimitReached):
            await caller.text("user", ASK, seed=calls)
    assert len(server.requests) == calls


async def test_wall_time_ends_a_call_that_hangs(openai_server: Start, journal: Journal) -> None:
    server = openai_server(faults=lambda *_: silent())
    with pytest.raises(LimitReached, match=r"0\.2 seconds"):
        await ask(caller_of(server, journal, limits=Limits(wall_seconds=0.2)))


def test_a_money_limit_needs_prices(journal: Journal) -> None:
    with pytest.raises(UsageError, match="price of openai:tiny"):
        caller_of("http://localhost:1/v1", journal, limits=Limits(money=1))
    Caller({"user": ModelSpec(name="local")}, journal, limits=Limits(money=1))


async def test_an_unknown_role_is_named(journal: Journal) -> None:
    with pytest.raises(UsageError, match="'poet'; there are user, judge"):
        await caller_of("http://localhost:1/v1", journal).text("poet", ASK, seed=1)
