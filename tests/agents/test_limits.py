import asyncio
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from trialogue.agents.limits import Budget, Gate, Limits, Meter, Price
from trialogue.errors import LimitReached
from trialogue.memory.journal import Answer
from trialogue.records import Usage

ANSWER = Answer("x", input_tokens=60, output_tokens=40, cost=0.5)


def test_the_limit_on_calls_is_exact_and_counts_calls_in_flight() -> None:
    budget = Budget(Limits(calls=3), {"user": Usage(calls=1)})
    budget.reserve()
    budget.reserve()
    with pytest.raises(LimitReached, match="3 model calls"):
        budget.reserve()
    budget.release()
    budget.reserve()
    budget.settle(ANSWER)
    budget.settle(ANSWER)
    assert budget.calls == 3
    with pytest.raises(LimitReached):
        budget.reserve()


@pytest.mark.parametrize(
    ("limits", "words"), [(Limits(tokens=100), "100 tokens"), (Limits(money=0.5), "0.5 USD")]
)
def test_tokens_and_money_stop_the_next_call(limits: Limits, words: str) -> None:
    budget = Budget(limits)
    budget.reserve()
    budget.settle(ANSWER)
    with pytest.raises(LimitReached, match=words):
        budget.reserve()


@pytest.mark.parametrize("limits", [Limits(tokens=100), Limits(money=0.5), Limits(calls=1)])
def test_what_the_journal_holds_counts(limits: Limits) -> None:
    before = {"user": Usage(calls=1, input_tokens=60, output_tokens=40, cost=0.5)}
    with pytest.raises(LimitReached):
        Budget(limits, before).reserve()


def test_wall_time_counts_from_the_start() -> None:
    now = [100.0]
    budget = Budget(Limits(wall_seconds=5), clock=lambda: now[0])
    budget.reserve()
    now[0] = 104.0
    assert budget.seconds_left == 1.0
    now[0] = 105.0
    with pytest.raises(LimitReached, match=r"5\.0 seconds"):
        budget.reserve()


def test_no_limits_never_stop() -> None:
    budget = Budget(Limits())
    for _ in range(1000):
        budget.reserve()
        budget.settle(ANSWER)
    assert budget.seconds_left is None


def test_prices_are_for_a_million_tokens() -> None:
    assert Price(input=2, output=10).of(500_000, 100_000) == 2.0


@pytest.mark.parametrize("bad", [{"concurrency": 0}, {"calls": -1}, {"requests_per_minute": 0}])
def test_limits_that_make_no_sense_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Limits.model_validate(bad)


@given(st.lists(st.floats(0, 1, allow_subnormal=False), min_size=1), st.randoms())
def test_a_meter_does_not_depend_on_the_order_of_answers(
    costs: list[float], random: Random
) -> None:
    def total(order: list[float]) -> Usage:
        meter = Meter()
        for cost in order:
            meter.add(Answer("x", input_tokens=1, output_tokens=2, cost=cost))
        return meter.usage

    assert total(costs) == total(random.sample(costs, len(costs)))


def test_a_meter_without_prices_has_no_cost() -> None:
    meter = Meter()
    meter.add(Answer("x", input_tokens=1, output_tokens=2))
    assert meter.usage == Usage(calls=1, input_tokens=1, output_tokens=2, cost=None)


async def test_the_gate_lets_no_more_through_than_it_may() -> None:
    gate, inside, most = Gate(Limits(concurrency=3)), 0, 0

    async def one() -> None:
        nonlocal inside, most
        async with gate.slot():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*[one() for _ in range(20)])
    assert most == 3


async def test_the_rate_spaces_requests_from_the_first_on() -> None:
    gate, loop, times = Gate(Limits(requests_per_minute=6000)), asyncio.get_running_loop(), []
    for _ in range(5):
        async with gate.slot():
            times.append(loop.time())
    gaps = [b - a for a, b in pairwise(times)]
    assert min(gaps) > 0.009
