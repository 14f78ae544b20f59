import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import Trialogue
from openai_server import OpenAIServer, Reply, refusal

Body = dict[str, Any]
KEY = "sk-secret-0123456789"


def able(body: Body) -> Reply | str:
    """A model that can do everything that the doctor asks about."""
    if body.get("stream"):
        return Reply(
            body=b"".join(_event(part) for part in ("one ", "two")) + b"data: [DONE]\n\n",
            headers={"content-type": "text/event-stream"},
        )
    if "tools" in body:
        call = {"name": body["tools"][0]["function"]["name"], "arguments": '{"town": "Paris"}'}
        calls = [{"id": "1", "type": "function", "function": call}]
        return Reply(None, message={"tool_calls": calls})
    if "response_format" in body:
        return '{"name": "Lagos", "country": "Nigeria"}'
    if body.get("logprobs"):
        token = {"token": "yes", "logprob": -0.1, "bytes": None, "top_logprobs": []}
        return Reply("yes", logprobs={"content": [token]})
    return f"words of seed {body['seed']}"


def _event(text: str) -> bytes:
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "tiny"}
    return b"data: " + json.dumps({**chunk, "choices": [choice]}).encode() + b"\n\n"


def options(server: OpenAIServer) -> tuple[str, ...]:
    return ("--model", "openai:tiny", "--base-url", server.base_url, "--embedder", "hash")


def states(found: Any) -> dict[str, str]:
    return {row["what"]: row["state"] for row in found["findings"]}


def test_an_able_endpoint_passes_every_check(
    trialogue: Trialogue, openai_server: Callable[..., OpenAIServer]
) -> None:
    done = trialogue("doctor", "--json", *options(openai_server(able)))
    assert (done.code, done.err, done.json["ok"]) == (0, "", True)
    capable = ("endpoint", "JSON schema", "seeds", "logprobs", "tool calls", "streaming")
    assert {name: states(done.json)[name] for name in capable} == dict.fromkeys(capable, "ok")


def test_what_an_endpoint_lacks_is_a_note(
    trialogue: Trialogue, openai_server: Callable[..., OpenAIServer]
) -> None:
    number = iter(range(100))

    def plain_only(body: Body, _: int) -> Reply | None:
        if "tools" in body or body.get("stream"):
            return refusal(400, "not here")
        for part in ("response_format", "logprobs"):
            if part in body:
                return refusal(400, f"{part} is not supported")
        return None

    def talks(body: Body) -> str:
        asked = str(body["messages"])
        return '{"name": "Lima", "country": "Peru"}' if "JSON" in asked else f"{next(number)}"

    done = trialogue("doctor", *options(openai_server(talks, faults=plain_only)))
    assert done.code == 0
    told = dict(line.split(": ", 2)[1:] for line in done.out.splitlines() if ": " in line)
    said = {
        "JSON schema": "not supported: the schema is asked for in words, which works",
        "seeds": "not honoured: only the journal repeats a run",
        "logprobs": "none: judges use their words alone",
        "tool calls": "",
        "streaming": "",
    }
    for what, words in said.items():
        assert told[what].startswith(words)
        assert "; mend: " in told[what]
    assert done.out.endswith("a run can work\n")


def test_a_key_is_told_of_but_never_told(
    trialogue: Trialogue,
    openai_server: Callable[..., OpenAIServer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    done = trialogue("doctor", *options(openai_server(lambda body: refusal(401, KEY))))
    assert done.code == 1
    assert "ok: key: OPENAI_API_KEY is set" in done.out
    assert "fail: endpoint: " in done.out
    assert KEY not in done.out + done.err


@pytest.mark.parametrize("key", [KEY, ""])
def test_an_embedders_endpoint_is_asked_too(
    trialogue: Trialogue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    config = tmp_path / "settings.yaml"
    config.write_text("embedder_base_url: http://127.0.0.1:9/v1\n" if key else "{}\n")
    models = ("--model", "local:no-such", "--embedder", "openai:tiny", "--config", str(config))
    done = trialogue("doctor", "--json", *models)
    findings = {row["what"]: row for row in done.json["findings"]}
    assert findings["embedder endpoint"]["state"] == "fail"
    assert findings["embedder endpoint"]["mend"]
    assert findings["key"]["state"] == ("ok" if key else "fail")


def test_nothing_answers(trialogue: Trialogue) -> None:
    address = ("--base-url", "http://127.0.0.1:9/v1")
    done = trialogue("doctor", "--model", "openai:x", *address, "--embedder", "hash", "--json")
    assert (done.code, done.json["ok"]) == (1, False)
    assert states(done.json)["endpoint"] == "fail"
    assert "JSON schema" not in states(done.json)


def test_missing_models_come_with_the_command_that_fetches_them(
    trialogue: Trialogue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRIALOGUE_CACHE", str(tmp_path))
    done = trialogue("doctor", "--json")
    assert done.code == 1
    mends = {row["what"]: row["mend"] for row in done.json["findings"]}
    assert mends["embedder model file"].startswith("trialogue models pull ")
    assert mends["chat model file"].startswith("trialogue models pull ")
    assert "endpoint" not in states(done.json)
    assert list(tmp_path.rglob("*.gguf")) == []


def test_a_cache_that_cannot_be_written_is_named(
    trialogue: Trialogue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TRIALOGUE_CACHE", str(tmp_path / "file"))
    done = trialogue("doctor", "--model", "local:no-such", "--embedder", "hash")
    assert done.code == 1
    assert "cannot be written to: Not a directory; mend: set TRIALOGUE_CACHE" in done.out
    assert "no model is called 'no-such'" in done.out
