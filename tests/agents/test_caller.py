import asyncio
import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage
from openai_server import (
    Body,
    OpenAIServer,
    Reply,
    broken_json,
    cut_off,
    refusal,
    silent,
)
from pydantic import BaseModel

from trialogue.agents.caller import Caller, Meter, ModelSpec, Sampling
from trialogue.agents.endpoint import Endpoint
from trialogue.agents.limits import Limits, Price
from trialogue.errors import AnswerError, EndpointError, LimitReached, ModelError, UsageError
from trialogue.memory.journal import Journal

Start = Callable[..., OpenAIServer]
ASK = [("system", "Be brief."), ("user", "How much is the hotel?")]
KEY = "sk-test-0123456789abcdef"
NAME = "openai:tiny"


class Turn(BaseModel):
    text: str
    done: bool


TURN = '{"text": "480", "done": false}'


@pytest.fixture
def journal() -> Iterator[Journal]:
    with Journal() as opened:
        yield opened


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


class Naps(list[float]):
    """A sleep that only writes down for how long."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def caller_of(server: OpenAIServer | str, journal: Journal, **kwargs: Any) -> Caller:
    url = server if isinstance(server, str) else server.base_url
    spec = ModelSpec(name=NAME, base_url=url)
    return Caller({"user": spec, "judge": spec}, journal, **{"sleep": Naps(), **kwargs})


async def ask(caller: Caller, seed: int = 1, **kwargs: Any) -> str:
    async with caller:
        return (await caller.text("user", ASK, seed=seed, **kwargs)).text


# --- what is sent, what is kept -------------------------------------------------------------


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


# --- faults ---------------------------------------------------------------------------------

PASSING = {
    "429": refusal(429, "slow down"),
    "408": refusal(408, "late"),
    "409": refusal(409, "conflict"),
    "500": refusal(500, "oops"),
    "503": Reply(
        status=503, body=b"<html>overloaded</html>", headers={"content-type": "text/html"}
    ),
    "cut off": cut_off(),
    "not JSON": broken_json(),
    "no choices": Reply(body=b'{"id": "x", "object": "chat.completion", "choices": []}'),
    "null choices": Reply(body=b'{"id": "x", "object": "chat.completion", "choices": null}'),
    "an error with status 200": Reply(body=b'{"error": {"message": "overloaded"}}'),
    "a page": Reply(body=b"<html></html>", headers={"content-type": "text/html"}),
}


@pytest.mark.parametrize("name", PASSING)
async def test_what_passes_is_tried_again(
    openai_server: Start, journal: Journal, name: str
) -> None:
    server = openai_server(faults=[PASSING[name]] * 2)
    naps = Naps()
    caller = caller_of(server, journal, sleep=naps)
    assert await ask(caller) == ASK[-1][1]
    assert len(server.requests) == 3
    assert caller.stats["user"].retries == 2
    assert 0.25 <= naps[0] < 1 <= 2 * naps[1] < 4


@pytest.mark.parametrize("name", PASSING)
async def test_what_does_not_pass_ends_in_one_line(
    openai_server: Start, journal: Journal, name: str
) -> None:
    server = openai_server(faults=lambda *_: PASSING[name])
    with pytest.raises(ModelError) as caught:
        await ask(caller_of(server, journal))
    assert "\n" not in str(caught.value)
    assert server.base_url in str(caught.value)
    assert len(server.requests) == 6
    assert list(journal.rows()) == []


async def test_retry_after_is_honoured(openai_server: Start, journal: Journal) -> None:
    server = openai_server(faults=[refusal(429, "slow down", retry_after="7")])
    naps = Naps()
    await ask(caller_of(server, journal, sleep=naps))
    assert 7 <= naps[0] < 8


async def test_an_endpoint_that_never_answers_is_given_up(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(faults=[silent()])
    caller = caller_of(server, journal, timeout=0.1)
    assert await ask(caller) == ASK[-1][1]
    assert caller.stats["user"].retries == 1


async def test_retries_do_not_touch_global_random_state(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(faults=[refusal(500, "oops")] * 3)
    before = random.getstate()
    await ask(caller_of(server, journal))
    assert random.getstate() == before


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_said_at_once_and_never_shown(
    openai_server: Start, journal: Journal, status: int
) -> None:
    server = openai_server(faults=lambda *_: refusal(status, f"Incorrect API key: {KEY}"))
    with pytest.raises(EndpointError, match="refuses the key in OPENAI_API_KEY") as caught:
        await ask(caller_of(server, journal))
    assert len(server.requests) == 1
    assert KEY not in repr(caught.value)


async def test_spent_quota_is_not_tried_again(openai_server: Start, journal: Journal) -> None:
    spent = refusal(429, "You exceeded your current quota", code="insufficient_quota")
    server = openai_server(faults=lambda *_: spent)
    with pytest.raises(EndpointError, match="no quota"):
        await ask(caller_of(server, journal))
    assert len(server.requests) == 1


async def test_an_unknown_model_is_answered_with_those_on_offer(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(faults=lambda *_: refusal(404, "no such model"))
    with pytest.raises(EndpointError, match="has no openai:tiny; it offers small, tiny"):
        await ask(caller_of(server, journal))


async def test_a_wrong_path_is_met_with_the_usual_ending(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server()
    with pytest.raises(EndpointError, match="usually ends in /v1"):
        await ask(caller_of(server.base_url.removesuffix("/v1") + "/x/nowhere", journal))


async def test_an_absent_endpoint_fails_after_a_few_quick_tries(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server()
    server.close()
    naps = Naps()
    with pytest.raises(EndpointError, match=r"nothing answers at .*--base-url"):
        await ask(caller_of(server, journal, sleep=naps))
    assert len(naps) == 2
    assert sum(naps) < 3


async def test_a_request_that_is_too_long_is_a_lasting_model_error(
    openai_server: Start, journal: Journal
) -> None:
    long = refusal(400, "This model's maximum context length is 10 tokens", code="too_long")
    server = openai_server(faults=[long])
    for _ in range(2):
        with pytest.raises(ModelError, match="maximum context length"):
            await ask(caller_of(server, journal))
    assert len(server.requests) == 1
    assert next(journal.rows()).answer.refused


async def test_a_setting_that_is_refused_from_the_start_is_for_people_to_mend(
    openai_server: Start, journal: Journal
) -> None:
    server = openai_server(faults=[None, refusal(400, "no model is loaded")] * 2)
    await ask(caller_of(server, journal), seed=1)
    bad = openai_server(faults=[refusal(400, "no model is loaded")])
    with pytest.raises(EndpointError, match="no model is loaded"):
        await ask(caller_of(bad, journal), seed=2)
    assert len(list(journal.rows())) == 1
    assert await ask(caller_of(bad, journal), seed=2)


@contextmanager
def parts_refused(*parts: str) -> Iterator[Callable[[Body, int], Reply | None]]:
    """A fault plan of an endpoint that refuses these parts of the protocol."""

    def fault(body: Body, _: int) -> Reply | None:
        roles = {message["role"] for message in body["messages"]}
        for part in parts:
            if part in body or part in roles:
                named = "system role" if part == "system" else f"'{part}'"
                return refusal(400, f"Unsupported parameter: {named} is not supported here.")
        return None

    yield fault


async def test_parts_that_an_endpoint_refuses_are_left_out_and_remembered(
    openai_server: Start, journal: Journal
) -> None:
    how = Sampling(top_p=0.5, stop=("x",), top_logprobs=1)
    refused = ("system", "max_tokens", "temperature", "top_p", "stop", "seed", "logprobs")
    with parts_refused(*refused) as fault:
        server = openai_server(faults=fault)
        await ask(caller_of(server, journal), sampling=how)
        tries = len(server.requests)
        await ask(caller_of(server, journal), seed=2, sampling=how)
    assert tries == len(refused) + 1
    assert len(server.requests) == tries + 1
    last = server.requests[-1]
    assert last["max_completion_tokens"] == 256
    assert not set(refused) & set(last)
    assert [m["role"] for m in last["messages"]] == ["user"]
    assert last["messages"][0]["content"] == "Be brief.\n\nHow much is the hotel?"


# --- empty answers --------------------------------------------------------------------------


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


# --- structured answers ---------------------------------------------------------------------


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


# --- limits ---------------------------------------------------------------------------------


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


# --- keys and other providers ---------------------------------------------------------------


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
