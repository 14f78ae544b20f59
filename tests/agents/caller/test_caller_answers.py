from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asking import ASK, TURN, Turn, ask, caller_of, parts_refused
from openai_server import (
    OpenAIServer,
    Reply,
)

from trialogue.agents.caller import Caller, Meter, Sampling
from trialogue.errors import AnswerError
from trialogue.memory.journal import Journal

Start = Callable[..., OpenAIServer]


async def test_an_empty_answer_is_asked_again_with_another_seed(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(lambda _: "480", faults=[Reply(" \n"), Reply(None)])
    meter = Meter()
    for _ in range(2):
        assert await ask(caller_of(server, journal), meter=meter) == "480"
    assert len({body["seed"] for body in server.requests}) == len(server.requests) == 3
    assert meter.usage.calls == 6


async def test_an_answer_that_stays_empty_is_an_answer_error(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(lambda _: "")
    for _ in range(2):
        with pytest.raises(AnswerError, match="empty answer 3 times"):
            await ask(caller_of(server, journal))
    assert len(server.requests) == 3


async def test_a_model_that_thinks_first_gets_room_to_speak(
    openai_server: Start, journal: Journal
) -> None:
    def thinking(body: dict[str, Any]) -> str:
        return "<think>" if "stop" in body else "<think>\nA rate.\n</think>\n480"

    server = openai_server(thinking)
    async with caller_of(server, journal) as caller:
        short = Sampling(max_tokens=30, stop=("\n",))
        answer = await caller.text("user", ASK, seed=1, sampling=short)
    assert answer.text == "480"
    limits = [body.get("max_tokens") or body["max_completion_tokens"] for body in server.requests]
    assert limits[0] == 30
    assert limits[-1] >= 1000


async def data(caller: Caller, seed: int = 1, **kwargs: Any) -> Turn:
    async with caller:
        return await caller.data("user", ASK, Turn, seed=seed, **kwargs)


async def test_data_is_asked_for_with_a_strict_schema(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(lambda _: TURN)
    assert await data(caller_of(server, journal)) == Turn(text="480", done=False)
    form = server.requests[0]["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["strict"] is True
    assert form["json_schema"]["schema"]["required"] == ["text", "done"]
    assert server.requests[0]["messages"][0]["content"] == "Be brief."


async def test_an_endpoint_without_schemas_gets_them_in_words_and_is_remembered(
    openai_server: Start, tmp_path: Path
) -> None:
    with parts_refused("response_format") as fault:
        server = openai_server(lambda _: f"Sure!\n```json\n{TURN}\n```", faults=fault)
    for seed in (1, 2):
        with Journal(tmp_path / "j.sqlite") as journal:
            await data(caller_of(server, journal), seed=seed)
    assert ["response_format" in body for body in server.requests] == [True, False, False]
    assert '"required": ["text", "done"]' in server.requests[-1]["messages"][0]["content"]
    server.close()
    with Journal(tmp_path / "j.sqlite") as journal:
        assert (await data(caller_of(server, journal), seed=2)).text == "480"


async def test_a_bad_answer_is_repaired_by_one_call_that_quotes_it(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(lambda _: TURN, faults=[Reply('{"text": 480}')])
    meter = Meter()
    for _ in range(2):
        caller = caller_of(server, journal)
        assert (await data(caller, meter=meter)).text == "480"
        assert caller.stats["user"].repairs == 1
    assert len(server.requests) == 2
    *_, quoted, request = server.requests[-1]["messages"]
    assert quoted == {"role": "assistant", "content": '{"text": 480}'}
    assert "done: Field required" in request["content"]
    assert meter.usage.calls == 4


async def test_a_cut_answer_is_repaired_with_more_room(
    openai_server: Start, journal: Journal
) -> None:
    cut = Reply('{"done": true, "text": "The hotel costs 4', finish_reason="length")
    server = openai_server(lambda _: TURN, faults=[cut])
    assert (await data(caller_of(server, journal))).text == "480"
    assert [body["max_tokens"] for body in server.requests] == [256, 512]


async def test_an_answer_that_can_not_be_repaired_is_an_answer_error(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(lambda _: "I would rather not.")
    for _ in range(2):
        with pytest.raises(AnswerError, match="no Turn, also when asked again") as caught:
            await data(caller_of(server, journal))
        assert "\n" not in str(caught.value)
    assert len(server.requests) == 2
