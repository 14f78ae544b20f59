import random
from collections.abc import Callable

import pytest
from asking import ASK, KEY, Naps, ask, caller_of, parts_refused
from openai_server import (
    OpenAIServer,
    Reply,
    broken_json,
    cut_off,
    refusal,
    silent,
)

from trialogue.agents.caller import Sampling
from trialogue.errors import EndpointError, ModelError
from trialogue.memory.journal import Journal

Start = Callable[..., OpenAIServer]


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
