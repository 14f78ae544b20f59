"""The `local` provider: llama.cpp's server in a process of ours, on this machine only.

The server speaks the OpenAI protocol. What it honours (llama.cpp in xllamacpp 2026.10, measured):

- `seed`, `stop`, `n`, `logprobs`/`top_logprobs`, `response_format` (`json_schema` with patterns
  and ranges, `json_object`), `/chat/completions` and `/completions`: yes. Embeddings: no.
- `n` takes that many slots at once; more than there are is refused (400).
- The name of the model in a request is ignored; a request without a key is refused (401).
- A prompt longer than a slot is refused (400, `exceed_context_size_error`); an answer that
  reaches the end of its slot ends with finish reason `length`.
- A request repeats byte for byte, greedy or seeded, if it has the server to itself and either
  finds the same cached prefix or sends `"cache_prompt": false`. The same seed after another
  prefix, or beside other requests in the same batch, may give other words: rounding differs.
"""

import atexit
import json
import os
import secrets
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from trialogue import weights
from trialogue.agents import local_process
from trialogue.errors import UsageError

_START_SECONDS = 180.0
_STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Endpoint:
    """Where an OpenAI-compatible server answers, with the key it wants and the model's name."""

    base_url: str
    model: str
    api_key: str = field(repr=False)


@dataclass(frozen=True)
class _Model:
    file: Path
    name: str
    slots: int
    context: int
    threads: int


@dataclass(frozen=True)
class _Running:
    process: subprocess.Popen[str]
    endpoint: Endpoint


_lock = threading.Lock()
_running: dict[_Model, _Running] = {}


def local_endpoint(
    model: str = "",
    *,
    slots: int = 4,
    context: int = 4096,
    threads: int | None = None,
    progress: weights.Progress | None = None,
) -> Endpoint:
    """A running local server for `model`, started (and its file fetched) if needed.

    `model` is "" for the default, a name of the catalogue, or the path of a GGUF file. The
    server answers `slots` requests at once, each with a context of `context` tokens, with `threads`
    threads (None: one for each core this process may use; beside other busy programs fewer are
    much faster, as they wait for each other at every step). It is shared by all callers in this
    process that want the same, and ends with it. Raises UsageError if there is no such model or
    it can't be loaded.
    """
    file, name = weights.chat_file(model, progress=progress)
    wanted = _Model(file, name, slots, context, threads or _cores())
    with _lock:
        server = _running.get(wanted)
        if server and server.process.poll() is not None:  # it crashed, or somebody killed it
            _stop(_running.pop(wanted).process)
            server = None
        server = server or _running.setdefault(wanted, _start(wanted))
        return server.endpoint


@atexit.register
def stop_all() -> None:
    """Stops every local server of this process."""
    with _lock:
        while _running:
            _stop(_running.popitem()[1].process)


def _start(model: _Model) -> _Running:
    key = secrets.token_urlsafe(32)
    process = subprocess.Popen(
        [sys.executable, "-P", local_process.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    try:
        address = _address(process, model, key)
        _wait_until_healthy(address)
    except BaseException:
        _stop(process)
        raise
    return _Running(process, Endpoint(f"{address}/v1", model.name, key))


def _address(process: "subprocess.Popen[str]", model: _Model, key: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    settings = {
        "model": str(model.file),
        "name": model.name,
        "api_key": key,
        "slots": model.slots,
        "context": model.context,
        "threads": model.threads,
    }
    deadline = threading.Timer(_START_SECONDS, process.kill)
    deadline.start()
    try:
        process.stdin.write(json.dumps(settings) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
    except BrokenPipeError:
        line = ""
    finally:
        deadline.cancel()
    answer: dict[str, str] = json.loads(line or "{}")
    if "address" not in answer:
        why = answer.get("error", "its process died: too little memory?")
        raise UsageError(f"llama.cpp can't load {model.file}: {why}")
    return answer["address"]


def _wait_until_healthy(address: str) -> None:
    import httpx
    import tenacity

    ready = tenacity.Retrying(
        wait=tenacity.wait_fixed(0.05),
        stop=tenacity.stop_after_delay(30),
        retry=tenacity.retry_if_exception_type(httpx.HTTPError),
        reraise=True,
    )
    # No proxy of the environment must come between this process and its child.
    with httpx.Client(trust_env=False, timeout=30) as client:
        ready(lambda: client.get(f"{address}/health").raise_for_status())


def _stop(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()  # the child exits when its input ends
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
