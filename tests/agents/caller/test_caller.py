import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asking import ASK, KEY, NAME, TURN, Turn, ask, caller_of
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage
from openai_server import (
    OpenAIServer,
    Reply,
)

from trialogue.agents.caller import Caller, Meter, ModelSpec, Sampling
from trialogue.agents.endpoint import Endpoint
from trialogue.agents.limits import Limits, Price
from trialogue.memory.journal import Journal

Start = Callable[..., OpenAIServer]


async def test_a_question_travels_as_the_protocol_has_it(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(lambda _: "480 a night.")
    how = Sampling(temperature=0.3, top_p=0.9, max_tokens=77, stop=("\n",), top_logprobs=2)
    assert await ask(caller_of(server, journal), seed=5, sampling=how) == "480 a night."
    (body,) = server.requests
    assert body["messages"] == [{"role": role, "content": text} for role, text in ASK]
    sent = {k: body[k] for k in ("model", "temperature", "top_p", "max_tokens", "stop", "seed")}
    assert sent == {
        "model": "tiny",
        "temperature": 0.3,
        "top_p": 0.9,
        "max_tokens": 77,
        "stop": ["\n"],
        "seed": 5,
    }
    assert (body["logprobs"], body["top_logprobs"]) == (True, 2)
    assert "max_completion_tokens" not in body
    assert "response_format" not in body
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


async def test_an_answer_is_asked_once_and_replayed_without_a_server(
    openai_server: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = openai_server(lambda body: f"answer {body['seed']}")
    meters = Meter(), Meter()
    limits = Limits(prices={NAME: Price(input=1, output=2)})
    with Journal(tmp_path / "j.sqlite") as journal:
        caller = caller_of(server, journal, limits=limits)
        live = [await ask(caller, seed, meter=meters[0]) for seed in (1, 2, 1)]
    server.close()
    monkeypatch.delenv("OPENAI_API_KEY")
    with Journal(tmp_path / "j.sqlite") as journal:
        caller = caller_of("https://api.openai.com/v1", journal, limits=Limits(calls=0))
        again = [await ask(caller, seed, meter=meters[1]) for seed in (1, 2, 1)]
    assert live == again == ["answer 1", "answer 2", "answer 1"]
    assert len(server.requests) == 2
    assert meters[0].usage == meters[1].usage
    assert meters[0].usage.cost == pytest.approx(3 * (11 * 1 + 7 * 2) / 1e6)
    assert caller.stats["user"].replayed == 3


async def test_everything_that_determines_the_answer_is_in_the_key(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(lambda _: TURN)
    async with caller_of(server, journal) as caller:
        for _ in range(2):
            await caller.text("user", ASK, seed=1)
            await caller.text("judge", ASK, seed=1)
            await caller.text("user", ASK, seed=2)
            await caller.text("user", ASK, seed=1, attempt=1)
            await caller.text("user", ASK[1:], seed=1)
            await caller.text("user", ASK, seed=1, sampling=Sampling(temperature=0.0))
            await caller.text("user", ASK, seed=1, sampling=Sampling(max_tokens=9))
            await caller.data("user", ASK, Turn, seed=1)
    assert len(server.requests) == 7


async def test_a_temperature_of_the_model_overrides_the_role(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server()
    spec = ModelSpec(name=NAME, base_url=server.base_url, temperature=0.0)
    async with Caller({"user": spec}, journal) as caller:
        await caller.text("user", ASK, seed=1, sampling=Sampling(temperature=0.9))
    assert server.requests[0]["temperature"] == 0.0


async def test_the_same_question_twice_at_once_is_paid_once(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(delay=0.05)
    async with caller_of(server, journal) as caller:
        await asyncio.gather(*[caller.text("user", ASK, seed=1) for _ in range(20)])
    assert len(server.requests) == 1


async def test_hundreds_at_once_keep_to_the_concurrency(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(delay=0.002)
    async with caller_of(server, journal, limits=Limits(concurrency=5)) as caller:
        answers = [caller.text("user", [("user", str(n))], seed=n) for n in range(300)]
        said = [answer.text for answer in await asyncio.gather(*answers)]
    assert said == [str(n) for n in range(300)]
    assert server.most_at_once == 5


def test_one_caller_serves_several_event_loops(openai_server: Start, journal: Journal) -> None:
    caller = caller_of(openai_server(), journal)

    async def many(first: int) -> None:
        async with caller:
            calls = [caller.text("user", ASK, seed=first + n) for n in range(20)]
            await asyncio.gather(*calls)

    for first in (0, 100, 200):
        asyncio.run(many(first))
    assert caller.stats["user"].live == 60


async def test_answers_are_cleaned_of_what_can_not_be_stored(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(lambda _: Reply("<think>hm</think> a\0b\ud800c "))
    assert await ask(caller_of(server, journal)) == "abc"
    async with caller_of(server, journal) as caller:
        assert (await caller.text("user", [("user", "x\ud800\0")], seed=1)).text == "abc"


async def test_logprobs_and_reported_tokens_are_kept(
    openai_server: Start, journal: Journal
) -> None:
    tokens = [{"token": "4", "logprob": -0.1, "bytes": None, "top_logprobs": []}]
    server = openai_server(lambda _: Reply("4", logprobs={"content": tokens}, input_tokens=21))
    async with caller_of(server, journal) as caller:
        how = Sampling(top_logprobs=5)
        answer = await caller.text("judge", ASK, seed=1, sampling=how)
        replayed = await caller.text("judge", ASK, seed=1, sampling=how)
    assert answer.logprobs is not None
    assert answer.logprobs[0]["token"] == "4"
    assert replayed.logprobs == answer.logprobs
    assert (answer.input_tokens, answer.output_tokens) == (21, 7)


async def test_tokens_that_are_not_reported_are_estimated(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(lambda _: Reply("x" * 40, usage=False))
    async with caller_of(server, journal) as caller:
        answer = await caller.text("user", [("user", "y" * 80)], seed=1)
    assert (answer.input_tokens, answer.output_tokens) == (20, 10)


async def test_a_proxy_of_the_environment_does_not_come_between_this_machine_and_itself(
    openai_server: Start, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert await ask(caller_of(openai_server(), journal)) == ASK[-1][1]


async def test_no_key_is_in_the_journal_or_any_representation(
    openai_server: Start, tmp_path: Path
) -> None:
    server = openai_server(lambda _: f"your key is {KEY}")
    path = tmp_path / "j.sqlite"
    with Journal(path) as journal:
        caller = caller_of(server, journal)
        async with caller:
            await caller.text("user", ASK, seed=1)
            shown = f"{caller!r} {vars(caller)!r}"
        rows = json.dumps([row.request for row in journal.rows()])
    assert KEY not in shown
    assert KEY not in rows
    assert KEY.encode() not in path.read_bytes()


async def test_other_providers_get_the_schema_in_words_and_no_seed(journal: Journal) -> None:
    seen: list[Any] = []

    class Recording(FakeListChatModel):
        async def ainvoke(self, input: Any, *args: Any, **kwargs: Any) -> AIMessage:
            seen.append((input, kwargs))
            return await super().ainvoke(input, *args, **kwargs)

    def connect(spec: ModelSpec, how: Sampling, kept: Journal, timeout: float) -> Endpoint:
        return Endpoint(spec, Recording(responses=[TURN]), None, kept, timeout)

    spec = ModelSpec(name="anthropic:claude")
    async with Caller({"user": spec}, journal, connect=connect) as caller:
        answer = await caller.data("user", ASK, Turn, seed=1, sampling=Sampling(stop=("x",)))
    assert answer == Turn(text="480", done=False)
    ((messages, kwargs),) = seen
    assert "JSON Schema" in messages[0][1]
    assert kwargs == {"stop": ["x"]}
