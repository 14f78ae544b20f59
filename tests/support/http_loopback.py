"""Real HTTP servers on loopback whose answers are functions from a path to a Reply."""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass
class Reply:
    """What a server sends: status, headers and a body, whole or in parts."""

    body: bytes | Iterable[bytes] = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class LoopbackServer:
    """A running server; `requests` are the (path, Host header) pairs it saw."""

    def __init__(self, answer: Callable[[str], Reply], host: str = "127.0.0.1") -> None:
        self.requests: list[tuple[str, str]] = []
        self._server = ThreadingHTTPServer((host, 0), _handler(answer, self.requests))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.port = self._server.server_address[1]
        self.address = f"http://{host}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(
    answer: Callable[[str], Reply], requests: list[tuple[str, str]]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append((self.path, self.headers["Host"]))
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = answer(self.path)
            self.send_response(reply.status)
            if isinstance(reply.body, bytes):
                self.send_header("Content-Length", str(len(reply.body)))
            for name, value in {"Content-Type": reply.kind, **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            parts = [reply.body] if isinstance(reply.body, bytes) else reply.body
            with suppress(BrokenPipeError, ConnectionResetError):
                for part in parts:
                    self.wfile.write(part)

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler
