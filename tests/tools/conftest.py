"""Fixtures of the tools' tests: servers, an event, an embedder, a ChromaDB."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import hypothesis
import pytest
from http_loopback import LoopbackServer, Reply
from word_embedder import WordEmbedder

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

# The first example pays for imports; how long that takes is the machine's affair.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture
def serve() -> Iterator[Callable[..., LoopbackServer]]:
    """Starts servers: `serve(answer, host="127.0.0.1")`, where answer maps a path to a Reply."""
    with ExitStack() as stack:

        def start(
            answer: Callable[[str], Reply] | Reply, host: str = "127.0.0.1"
        ) -> LoopbackServer:
            function = (lambda path: answer) if isinstance(answer, Reply) else answer
            return stack.enter_context(LoopbackServer(function, host))

        yield start


@pytest.fixture
def until_the_end() -> Iterator[threading.Event]:
    """An event that is set when the test is over; a server may wait for it."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def embedder() -> WordEmbedder:
    """An embedder that needs no model."""
    return WordEmbedder()


@pytest.fixture(scope="session")
def chroma_client() -> "ClientAPI":
    """A real ChromaDB in memory, shared by tests that each use a collection of their own."""
    import chromadb
    from chromadb.config import Settings

    return chromadb.EphemeralClient(settings=Settings(anonymized_telemetry=False))
