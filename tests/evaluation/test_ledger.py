"""A ledger counts each answer once, live or replayed, and its budget keeps a reserve."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openai_server import OpenAIServer, Reply

from trialogue.agents.caller import Caller, ModelSpec, Sampling
from trialogue.agents.limits import Limits
from trialogue.errors import LimitReached
from trialogue.evaluation.ledger import Cost, Ledger
from trialogue.memory.journal import Journal

ASK = [("user", "Hello?")]
FEW = Sampling(max_tokens=10)
Start = Callable[..., OpenAIServer]


def caller_of(server: OpenAIServer, journal: Journal, **limits: Any) -> Caller:
    spec = ModelSpec(name="openai:tiny", base_url=server.base_url)
    return Caller({"judge": spec}, journal, limits=Limits(**limits))


async def test_every_answer_counts_once_under_the_level_that_asked_first(
    openai_server: Start, tmp_path: Path
) -> None:
    server = openai_server()
    for _ in range(2):
        with Journal(tmp_path / "journal.sqlite") as journal:
            async with caller_of(server, journal, calls=10) as caller:
                ledger = Ledger(caller)
                with ledger.at("users"):
                    await caller.text("judge", ASK, seed=1)
                    with ledger.at("turns"):
                        await caller.text("judge", ASK, seed=2)
                    await caller.text("judge", ASK, seed=2)
                assert ledger.by_level == {
                    "users": Cost(calls=1, tokens=18),
                    "turns": Cost(calls=1, tokens=18),
                }
                assert (ledger.spent, ledger.left) == (Cost(calls=2, tokens=36), 8)
    assert len(server.requests) == 2


async def test_a_reserve_is_kept_back_inside_the_block(openai_server: Start) -> None:
    with Journal() as journal:
        async with caller_of(openai_server(), journal, calls=3) as caller:
            ledger = Ledger(caller)
            with ledger.holding(2):
                await caller.text("judge", ASK, seed=1)
                with pytest.raises(LimitReached):
                    await caller.text("judge", ASK, seed=2)
            await caller.text("judge", ASK, seed=2)
            assert ledger.left == 1


async def test_tokens_are_never_overrun_also_by_calls_under_way(openai_server: Start) -> None:
    """Each call may take far more than it will: it must fit in whole before it is made."""
    server = openai_server(lambda _: Reply("hi", input_tokens=300, output_tokens=10))
    with Journal() as journal:
        async with caller_of(server, journal, tokens=2000) as caller:
            ledger, made = Ledger(caller), 0
            while await _fits(caller, made):
                made += 1
            assert ledger.spent.tokens == 310 * made <= 2000
            assert 2000 - ledger.spent.tokens < 800
            assert ledger.left is not None


async def test_without_a_limit_nothing_is_left_over(openai_server: Start) -> None:
    with Journal() as journal:
        async with caller_of(openai_server(), journal) as caller:
            assert Ledger(caller).left is None


async def _fits(caller: Caller, seed: int) -> bool:
    try:
        await caller.text("judge", ASK, seed=seed, sampling=FEW)
    except LimitReached:
        return False
    return True
