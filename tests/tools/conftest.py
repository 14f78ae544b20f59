"""Real HTTP servers on loopback, whose answers are functions, and an embedder without a model."""

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import chromadb
import numpy as np
import pytest
from chromadb.api import ClientAPI
from chromadb.config import Settings

from trialogue.tools.document_index import tokens


@dataclass
class Reply:
    """What a server sends: status, headers and a body, whole or in parts."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] = b""


@dataclass
class Served:
    """A running server: its address and the requests it saw (path, Host header)."""

    address: str
    port: int
    requests: list[tuple[str, str]]


Answer = Callable[[str], Reply]
Serve = Callable[..., Served]


def _handler(answer: Answer, requests: list[tuple[str, str]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append((self.path, self.headers["Host"]))
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = answer(self.path)
            self.send_response(reply.status)
            parts = [reply.body] if isinstance(reply.body, bytes) else reply.body
            if isinstance(reply.body, bytes):
                self.send_header("Content-Length", str(len(reply.body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self._send(parts)

        do_POST = do_GET

        def _send(self, parts: Iterable[bytes]) -> None:
            try:
                for part in parts:
                    self.wfile.write(part)
            except (BrokenPipeError, ConnectionResetError):
                pass

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers: `serve(answer, host="127.0.0.1")`, where answer takes a path."""
    with ExitStack() as stack:

        def start(answer: Answer, host: str = "127.0.0.1") -> Served:
            requests: list[tuple[str, str]] = []
            server = ThreadingHTTPServer((host, 0), _handler(answer, requests))
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            port = server.server_address[1]
            return Served(f"http://{host}:{port}", port, requests)

        yield start


@pytest.fixture
def until_the_end() -> Iterator[threading.Event]:
    """An event that is set when the test is over; a server may wait for it."""
    event = threading.Event()
    yield event
    event.set()


class WordEmbedder:
    """Embeds a text as its hashed words: equal words, near vectors."""

    def __init__(self, name: str = "words") -> None:
        self.name = name
        self.dimension = 64
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """One normalised row of 64 numbers a text."""
        self.embedded.extend(texts)
        rows = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for token in tokens(text):
                row[int(hashlib.sha256(token.encode()).hexdigest(), 16) % self.dimension] += 1
        normalised: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return normalised


@pytest.fixture
def embedder() -> WordEmbedder:
    """An embedder that needs no model."""
    return WordEmbedder()


@pytest.fixture(scope="session")
def chroma_client() -> ClientAPI:
    """A real ChromaDB in memory, shared by tests that each use a collection of their own."""
    return chromadb.EphemeralClient(settings=Settings(anonymized_telemetry=False))
