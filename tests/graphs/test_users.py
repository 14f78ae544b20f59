import asyncio
from typing import Any

import pytest
from made_users import MakeContext
from openai_server import Body, OpenAIServer, Reply, refusal
from simulated_model import served

from trialogue.errors import DialogueFailed
from trialogue.graphs import users
from trialogue.graphs.context import Context, Options
from trialogue.graphs.pool import UserPool, wave_of
from trialogue.graphs.running import run_graph
from trialogue.memory.hash_embedder import HashEmbedder
from trialogue.memory.people import PeopleMemory


async def propose(context: Context, *numbers: int) -> dict[str, Any]:
    wanted = {"numbers": numbers, "tries": 0}
    return await run_graph(users.build().compile(), wanted, context)


async def test_numbers_become_users(make_context: MakeContext) -> None:
    context = make_context()
    pool = (await propose(context, 0, 1, 2, 3))["pool"]
    assert sorted(pool) == [0, 1, 2, 3]
    for candidate in pool.values():
        assert len(candidate.user.problems) == len(candidate.story.points) == 3
        assert candidate.user.identity == candidate.story.identity
    assert len({candidate.user.intent for candidate in pool.values()}) == 4
    assert len({candidate.user.id for candidate in pool.values()}) == 4


async def test_the_same_numbers_get_the_same_users(make_context: MakeContext, client: Any) -> None:
    others = PeopleMemory(client, HashEmbedder(), "others")
    one = await propose(make_context(), 4, 5)
    two = await propose(make_context(people=others), 4, 5)
    assert one["pool"] == two["pool"]


async def test_near_duplicates_are_proposed_anew(make_context: MakeContext) -> None:
    context = make_context(options=Options(points=(3, 3), duplicate=0.35, proposals=3))
    found = await propose(context, 0, 1, 2, 3)
    assert sorted(found["pool"]) == [0, 1, 2, 3]
    assert found["tries"] > 1
    tries = [int(c.user.id.rpartition("-")[2]) for c in found["pool"].values()]
    assert max(tries) >= 1


async def test_tries_end_and_the_last_proposal_is_kept(make_context: MakeContext) -> None:
    context = make_context(options=Options(points=(3, 3), duplicate=-1.0, proposals=2))
    found = await propose(context, 0, 1, 2)
    assert found["tries"] == 2
    assert sorted(found["pool"]) == [0, 1, 2]


async def test_a_number_without_a_usable_intent_stays_open(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    server.reply = lambda body: "I have 3 wishes."
    context = make_context(options=Options(points=(3, 3), proposals=2, drafts=1))
    found = await propose(context, 0, 1)
    assert found["pool"] == {}
    assert found["tries"] == 2


async def test_a_refused_user_does_not_hold_up_the_others(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    refused: list[int] = []

    def reply(body: Body) -> Reply | str:
        if "You write in one sentence" in body["messages"][0]["content"] and not refused:
            refused.append(body["seed"])
        if body["seed"] in refused:
            return refusal(400, "content policy")
        return served(body)

    server.reply = reply
    context = make_context()
    pool = (await propose(context, 0, 1))["pool"]
    assert sorted(pool) == [0, 1]
    assert len(refused) == 1
    assert sorted(c.user.id.rpartition("-")[2] for c in pool.values()) == ["0", "1"]


async def test_a_lost_try_stays_lost(make_context: MakeContext) -> None:
    context = make_context()
    context.remember("the endpoint failed", "lost user", 0, 0)
    pool = (await propose(context, 0))["pool"]
    assert pool[0].user.id.endswith("-0-1")


def test_waves_cover_all_numbers_once() -> None:
    waves = [wave_of(number) for number in range(200)]
    assert all(number in wave for number, wave in enumerate(waves))
    starts = sorted({wave.start for wave in waves})
    stops = sorted({wave.stop for wave in waves})
    assert starts[1:] == stops[:-1]


async def test_the_pool_does_not_depend_on_who_asks_first(make_context: MakeContext) -> None:
    forward, backward = UserPool(), UserPool()
    context = make_context()
    numbers = range(7)
    ahead = await asyncio.gather(*(forward.candidate(context.at(n)) for n in numbers))
    back = await asyncio.gather(*(backward.candidate(context.at(n)) for n in reversed(numbers)))
    assert ahead == back[::-1]


async def test_a_later_attempt_gets_a_new_user_and_leaves_the_pool_alone(
    make_context: MakeContext,
) -> None:
    context, pool = make_context(), UserPool()
    first = await pool.candidate(context.at(0))
    assert await pool.candidate(context.at(0, attempt=1)) == first
    spare = await pool.candidate(context.at(0, attempt=2))
    assert spare.user.id != first.user.id
    near = await context.people.nearness([users.about(first)], before=1)
    assert near == pytest.approx([1.0])


async def test_a_pool_without_a_user_fails_the_dialogue(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    server.reply = lambda body: Reply("I have 3 wishes.")
    context = make_context(options=Options(points=(3, 3), proposals=1, drafts=1))
    with pytest.raises(DialogueFailed, match="dialogue 1"):
        await UserPool().candidate(context.at(1))
