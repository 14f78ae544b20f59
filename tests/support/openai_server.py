"""A real HTTP/1.1 server on loopback that speaks the OpenAI chat-completions protocol.

What it answers is a function of the request body; faults are replies too. It runs on an event
loop in its own thread, or alone: `python tests/support/openai_server.py --delay 0.05`.
"""

import argparse
import asyncio
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """One answer. `body` replaces the whole envelope; `usage` False leaves the token counts out."""

    text: str | None = ""
    finish_reason: str = "stop"
    message: Mapping[str, Any] = field(default_factory=dict)
    logprobs: Mapping[str, Any] | None = None
    input_tokens: int = 11
    output_tokens: int = 7
    usage: bool = True
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut: bool = False
    silent: bool = False
    delay: float | None = None


Answerer = Callable[[Body], Reply | str]
Faults = Callable[[Body, int], Reply | None] | Iterable[Reply | None]


def refusal(status: int, message: str, code: str | None = None, **headers: str) -> Reply:
    """An error in OpenAI's form; header names are given with underscores."""
    error = {"message": message, "type": "error", "param": None, "code": code}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers=named, body=json.dumps({"error": error}).encode())


def cut_off() -> Reply:
    """A body that ends before its announced length."""
    return Reply("never seen in full", cut=True)


def broken_json() -> Reply:
    """Status 200 with a body that is not JSON."""
    return Reply(body=b'{"id": "x", "choices": [')


def silent() -> Reply:
    """No answer until the client gives up."""
    return Reply(silent=True)


def parrot(body: Body) -> Reply:
    """The last message, repeated."""
    return Reply(str(body["messages"][-1]["content"]))


def envelope(body: Body, reply: Reply, number: int) -> bytes:
    """The chat completion that carries `reply`."""
    message = {"role": "assistant", "content": reply.text, **reply.message}
    choice: Body = {"index": 0, "message": message, "finish_reason": reply.finish_reason}
    if reply.logprobs is not None:
        choice["logprobs"] = reply.logprobs
    answer: Body = {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model", ""),
        "choices": [choice],
    }
    if reply.usage:
        answer["usage"] = {
            "prompt_tokens": reply.input_tokens,
            "completion_tokens": reply.output_tokens,
            "total_tokens": reply.input_tokens + reply.output_tokens,
        }
    return json.dumps(answer).encode()


class OpenAIServer:
    """Answers `reply(body)`, unless `faults` has a reply for this request.

    `requests` holds the parsed bodies and `headers` the header lines (lower-case names) of
    the chat requests; `most_at_once` is the largest number that was open at the same time.
    `close` ends it, and so does leaving the `with` block.
    """

    def __init__(
        self,
        reply: Answerer = parrot,
        *,
        delay: float = 0.0,
        faults: Faults = (),
        models: tuple[str, ...] = ("tiny", "small"),
        port: int = 0,
    ) -> None:
        self.reply, self.delay, self.models = reply, delay, models
        self.requests: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.open = self.most_at_once = 0
        self.connections: set[_Connection] = set()
        self._fault = faults if callable(faults) else _in_turn(iter(faults))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(port), self._loop).result()
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}/v1"

    async def _listen(self, port: int) -> asyncio.Server:
        return await self._loop.create_server(lambda: _Connection(self), "127.0.0.1", port)

    def answer(self, body: Body, headers: dict[str, str]) -> tuple[Reply, bytes]:
        """What goes back for one chat request, with its body."""
        self.requests.append(body)
        self.headers.append(headers)
        number = len(self.requests)
        reply = self._fault(body, number) or self.reply(body)
        if isinstance(reply, str):
            reply = Reply(reply)
        return reply, envelope(body, reply, number) if reply.body is None else reply.body

    def list_models(self) -> tuple[Reply, bytes]:
        """What goes back for GET /models."""
        data = [
            {"id": name, "object": "model", "created": 0, "owned_by": ""} for name in self.models
        ]
        return Reply(delay=0.0), json.dumps({"object": "list", "data": data}).encode()

    def close(self) -> None:
        """Stop listening, drop every connection, end the thread."""
        if not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    async def _shut(self) -> None:
        self._server.close()
        for connection in tuple(self.connections):
            connection.drop()

    def __enter__(self) -> "OpenAIServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _in_turn(replies: Iterator[Reply | None]) -> Callable[[Body, int], Reply | None]:
    return lambda _body, _number: next(replies, None)


class _Connection(asyncio.Protocol):
    """One keep-alive connection; requests on it are answered one after the other."""

    def __init__(self, server: OpenAIServer) -> None:
        self.server = server
        self.buffer = b""
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.server.connections.add(self)

    def connection_lost(self, _: Exception | None) -> None:
        self.server.connections.discard(self)
        if self.timer:
            self.timer.cancel()

    def drop(self) -> None:
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(rest) >= length:
            self.buffer = rest[length:]
            self._begin(first.split(" ")[1], headers, rest[:length])

    def _begin(self, path: str, headers: dict[str, str], raw: bytes) -> None:
        server = self.server
        if path != "/v1/chat/completions":
            found = path == "/v1/models"
            reply, body = server.list_models() if found else (Reply(status=404, delay=0.0), b"{}")
        else:
            reply, body = server.answer(json.loads(raw), headers)
        server.open += 1
        server.most_at_once = max(server.most_at_once, server.open)
        wait = server.delay if reply.delay is None else reply.delay
        if not reply.silent:
            self.timer = asyncio.get_running_loop().call_later(wait, self._send, reply, body)

    def _send(self, reply: Reply, body: bytes) -> None:
        self.server.open -= 1
        given = {
            "content-type": "application/json",
            "content-length": str(len(body)),
            **reply.headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        sent = body[: len(body) // 2] if reply.cut else body
        self.transport.write(f"HTTP/1.1 {reply.status} X\r\n{head}\r\n".encode() + sent)
        if reply.cut:
            self.transport.close()


def main() -> None:
    """Serve until interrupted; the first line printed is the base URL."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    options = parser.parse_args()
    server = OpenAIServer(port=options.port, delay=options.delay)
    print(server.base_url, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
