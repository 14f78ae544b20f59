import asyncio
from typing import Any

import numpy as np
import pytest
from made_users import MakeContext
from openai_server import Body, OpenAIServer, Reply, refusal
from simulated_model import prompt_of, served

from trialogue.agents import user_generator
from trialogue.agents.prompt import load_prompt
from trialogue.agents.story import draw_story
from trialogue.agents.writer import fenced
from trialogue.errors import DialogueFailed, ModelError
from trialogue.graphs import users
from trialogue.graphs.context import Context, Options
from trialogue.graphs.pool import UserPool, wave_of
from trialogue.graphs.running import run_graph
from trialogue.memory.hash_embedder import HashEmbedder
from trialogue.memory.people import PeopleMemory
from trialogue.memory.volumes import Volumes


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


async def test_the_same_numbers_get_the_same_users(
    make_context: MakeContext, volumes: Volumes
) -> None:
    others = PeopleMemory(volumes, HashEmbedder(), "others")
    one = await propose(make_context(), 4, 5)
    two = await propose(make_context(people=others), 4, 5)
    assert one["pool"] == two["pool"]


async def test_near_duplicates_are_proposed_anew(make_context: MakeContext) -> None:
    limit, proposals = 0.8, 20
    context = make_context(options=Options(points=(3, 3), duplicate=limit, proposals=proposals))
    found = await propose(context, *range(8))
    assert sorted(found["pool"]) == list(range(8))
    assert 1 < found["tries"] < proposals
    vectors = HashEmbedder().embed([users.about(c) for c in found["pool"].values()])
    assert np.triu(vectors @ vectors.T, 1).max() <= limit


async def test_tries_end_and_the_last_proposal_is_kept(make_context: MakeContext) -> None:
    context = make_context(options=Options(points=(3, 3), duplicate=0, proposals=2))
    found = await propose(context, 0, 1, 2)
    assert found["tries"] == 2
    assert sorted(found["pool"]) == [0, 1, 2]


async def test_code_says_what_a_user_wants_where_the_model_cannot(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    server.reply = lambda body: "I have 3 wishes."
    found = await propose(make_context(), 0)
    candidate = found["pool"][0]
    assert candidate.story.occasion in candidate.user.intent
    assert all(point.topic in candidate.user.intent for point in candidate.story.points)


async def test_a_copied_intent_is_asked_for_again_without_the_others(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    """Small models say again what they were told that others want."""
    copied = "I would like to hear what holds for all of it."

    def reply(body: Body) -> Reply | str:
        last = str(body["messages"][-1]["content"])
        if prompt_of(body) != "intent":
            return served(body)
        return copied if copied in last else "I have come back and wonder what of it is paid."

    server.reply = reply
    context = make_context()
    state = {"numbers": (0,), "tries": 0, "known": (copied,)}
    found = await run_graph(users.build().compile(), state, context)
    assert found["pool"][0].user.intent.startswith("I have come back")


async def test_a_number_whose_calls_are_refused_stays_open(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    server.reply = lambda body: refusal(400, "content policy")
    context = make_context(options=Options(points=(3, 3), proposals=2, drafts=1))
    found = await propose(context, 0, 1)
    assert found["pool"] == {}
    assert found["tries"] == 2


async def test_a_refused_user_does_not_hold_up_the_others(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    refused: list[int] = []

    def reply(body: Body) -> Reply | str:
        if prompt_of(body) == "intent" and not refused:
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


async def test_a_generator_is_told_of_earlier_waves(
    make_context: MakeContext, server: OpenAIServer, volumes: Volumes
) -> None:
    pool, context = UserPool(), make_context()
    first = [(await pool.candidate(context.at(n))).user.intent for n in (0, 1)]
    before = len(server.requests)
    third = await pool.candidate(context.at(2))
    asked = [str(body["messages"][-1]["content"]) for body in server.requests[before:]]
    for intent in first:
        assert any(intent in text for text in asked)
    pool.release(1)
    again = make_context(people=PeopleMemory(volumes, HashEmbedder(), "again"))
    assert await UserPool().candidate(again.at(2)) == third


async def test_users_of_written_dialogues_are_forgotten_but_counted(
    make_context: MakeContext, volumes: Volumes
) -> None:
    whole, context = UserPool(), make_context()
    wanted = [await whole.candidate(context.at(n)) for n in (3, 4, 8)]
    spare = await whole.candidate(context.at(3, attempt=2))
    resumed = UserPool()
    resumed.release(3)
    again = make_context(people=PeopleMemory(volumes, HashEmbedder(), "again"))
    assert [await resumed.candidate(again.at(n)) for n in (3, 4, 8)] == wanted
    assert await resumed.candidate(again.at(3, attempt=2)) == spare
    with pytest.raises(DialogueFailed, match="dialogue 2"):
        await resumed.candidate(again.at(2))


async def test_a_spare_user_is_the_same_after_a_break(
    make_context: MakeContext, volumes: Volumes
) -> None:
    pool, context = UserPool(), make_context()
    await pool.candidate(context.at(3))
    spare = await pool.candidate(context.at(3, attempt=2))
    people = PeopleMemory(volumes, HashEmbedder(), "again")
    resumed = make_context(people=people)
    assert await UserPool().candidate(resumed.at(3, attempt=2)) == spare
    texts = [users.about(await pool.candidate(context.at(n))) for n in range(3)]
    assert await people.nearness(texts, before=3) == pytest.approx([1.0] * 3, abs=1e-5)


async def test_no_more_points_than_rounds(make_context: MakeContext) -> None:
    pool = (await propose(make_context(options=Options(points=(3, 4), rounds=2)), 0, 1))["pool"]
    assert [len(candidate.story.points) for candidate in pool.values()] == [2, 2]


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
    assert near == pytest.approx([1.0], abs=1e-5)


async def test_a_pool_without_a_user_fails_the_dialogue(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    server.reply = lambda body: refusal(400, "content policy")
    context = make_context(options=Options(points=(3, 3), proposals=1, drafts=1))
    with pytest.raises(DialogueFailed, match="dialogue 1"):
        await UserPool().candidate(context.at(1))


async def test_when_one_question_fails_the_others_are_finished(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    context = make_context()
    story = draw_story(context.scenario, 0, (3, 3))
    topic = fenced(story.points[0].topic)
    begins = load_prompt("question").source.split("{{")[0].removeprefix("# system\n").strip()

    def reply(body: Body) -> Reply | str:
        said = " ".join(message["content"] for message in body["messages"])
        last = body["messages"][-1]["content"]
        return refusal(400, "no") if begins[:40] in said and topic in last else served(body)

    server.reply = reply
    before = asyncio.all_tasks()
    with pytest.raises(ModelError):
        await user_generator.propose(context.dialogue_writer(), context.scenario, story, "u")
    assert asyncio.all_tasks() == before
