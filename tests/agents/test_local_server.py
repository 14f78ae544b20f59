"""The local server with the real small model, which is fetched once a machine."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from trialogue import weights
from trialogue.agents import local_server
from trialogue.agents.local_server import Endpoint, local_endpoint
from trialogue.errors import UsageError

SMALL = "qwen2.5-coder-0.5b"
# One thread: quick also on a busy machine.
shared_endpoint = partial(local_endpoint, SMALL, slots=2, context=512, threads=1)
STARTED_BY_A_PARENT = f"""
import json
from trialogue.agents import local_server
endpoint = local_server.local_endpoint({SMALL!r}, slots=1, context=512, threads=1)
(server,) = local_server._running.values()
print(json.dumps([server.process.pid, endpoint.base_url, endpoint.api_key]), flush=True)
input()
"""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    weights.fetch(weights.find(SMALL))
    yield shared_endpoint()
    local_server.stop_all()


@pytest.fixture(scope="module")
def client(endpoint: Endpoint) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {endpoint.api_key}"}
    with httpx.Client(
        base_url=endpoint.base_url, headers=headers, trust_env=False, timeout=300
    ) as client:
        yield client


def complete(client: httpx.Client, text: str, **settings: Any) -> dict[str, Any]:
    body = {"messages": [{"role": "user", "content": text}], "max_tokens": 8, **settings}
    answer = client.post("/chat/completions", json=body).raise_for_status().json()
    assert isinstance(answer, dict)
    return answer


def text_of(answer: dict[str, Any]) -> str:
    return str(answer["choices"][0]["message"]["content"])


def test_the_model_has_its_name(client: httpx.Client) -> None:
    assert complete(client, "Say hello.", max_tokens=1)["model"] == SMALL


def test_the_same_seed_gives_the_same_words(client: httpx.Client) -> None:
    def sample(seed: int) -> str:
        settings = {"temperature": 1.5, "seed": seed, "cache_prompt": False}
        return text_of(complete(client, "Name a town and its river.", **settings))

    assert sample(1) == sample(1)
    assert len({sample(seed) for seed in range(4)}) > 1


def test_greedy_answers_repeat(client: httpx.Client) -> None:
    answers = {
        text_of(complete(client, "Tell a story.", temperature=0, cache_prompt=False))
        for _ in range(3)
    }
    assert len(answers) == 1


def test_a_stop_ends_the_answer(client: httpx.Client) -> None:
    answer = complete(client, "Count: 1 2 3 4 5 6 7", temperature=0, stop=["4"], max_tokens=30)
    assert "4" not in text_of(answer)
    assert answer["choices"][0]["finish_reason"] == "stop"


def test_a_schema_is_kept(client: httpx.Client) -> None:
    schema = {
        "type": "object",
        "properties": {"nights": {"type": "integer", "minimum": 1, "maximum": 9}},
        "required": ["nights"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "stay", "schema": schema}}
    answer = complete(client, "Recite a poem.", response_format=form, max_tokens=20)
    assert 1 <= json.loads(text_of(answer))["nights"] <= 9


def test_probabilities_and_several_answers(client: httpx.Client) -> None:
    answer = complete(client, "Yes or no?", logprobs=True, top_logprobs=3, n=2, max_tokens=2)
    assert [choice["index"] for choice in answer["choices"]] == [0, 1]
    first = answer["choices"][0]["logprobs"]["content"][0]
    assert len(first["top_logprobs"]) == 3
    assert first["logprob"] <= 0


def test_a_prompt_beyond_the_slot_is_refused(client: httpx.Client) -> None:
    answer = client.post(
        "/chat/completions", json={"messages": [{"role": "user", "content": "word " * 600}]}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "exceed_context_size_error"


def test_without_the_key_nothing_is_answered(endpoint: Endpoint) -> None:
    assert httpx.get(f"{endpoint.base_url}/models", trust_env=False).status_code == 401


def test_the_key_is_not_shown(endpoint: Endpoint) -> None:
    assert endpoint.api_key not in repr(endpoint)
    for server in local_server._running.values():
        command = Path(f"/proc/{server.process.pid}/cmdline").read_bytes()
        assert endpoint.api_key.encode() not in command


def test_one_server_for_all_callers(endpoint: Endpoint) -> None:
    with ThreadPoolExecutor(4) as pool:
        others = pool.map(lambda _: shared_endpoint(), range(4))
    assert set(others) == {endpoint}


def test_a_server_that_died_is_replaced() -> None:
    first = local_endpoint(SMALL, slots=1, context=256, threads=1)
    (server,) = (running for running in local_server._running.values() if running.endpoint == first)
    server.process.kill()
    server.process.wait()
    second = local_endpoint(SMALL, slots=1, context=256, threads=1)
    assert second.api_key != first.api_key
    assert complete_at(second) == SMALL


def complete_at(endpoint: Endpoint) -> str:
    headers = {"Authorization": f"Bearer {endpoint.api_key}"}
    with httpx.Client(
        base_url=endpoint.base_url, headers=headers, trust_env=False, timeout=300
    ) as client:
        return str(complete(client, "Hi.", max_tokens=1)["model"])


def test_a_damaged_model_is_one_line(tmp_path: Path) -> None:
    torn = tmp_path / "torn.gguf"
    with weights.fetch(weights.find(SMALL)).open("rb") as whole:
        torn.write_bytes(whole.read(100_000))
    with pytest.raises(UsageError, match=r"^llama\.cpp can't load .*torn\.gguf: [^\n]+$"):
        local_endpoint(str(torn))


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux to watch a grandchild")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None])
def test_the_server_ends_with_its_parent(end: signal.Signals | None) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTED_BY_A_PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        pid, base_url, _ = json.loads(parent.stdout.readline())
        server = os.pidfd_open(pid)
        if end is None:
            parent.stdin.write("\n")
            parent.stdin.flush()
        else:
            parent.send_signal(end)
        ended, _, _ = select.select([server], [], [], 30)
        os.close(server)
    assert ended
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{base_url}/models", trust_env=False)
