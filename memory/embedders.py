"""Embedders by name: from texts to vectors."""

import os
from collections.abc import Sequence
from typing import Protocol

from trialogue import weights
from trialogue.errors import EndpointError, UsageError
from trialogue.memory.endpoint_embedder import EndpointEmbedder
from trialogue.memory.hash_embedder import HashEmbedder
from trialogue.memory.local_embedder import LocalEmbedder
from trialogue.memory.vectors import Vectors

__all__ = ["Embedder", "EndpointEmbedder", "HashEmbedder", "LocalEmbedder", "make_embedder"]


class Embedder(Protocol):
    """Turns texts into vectors. Vectors of different names must never be compared."""

    @property
    def name(self) -> str:
        """What identifies the vectors: goes into records and names of collections."""

    @property
    def dimension(self) -> int:
        """The length of each vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text: float32, shape (texts, dimension)."""


def make_embedder(
    name: str = "local",
    *,
    base_url: str | None = None,
    progress: weights.Progress | None = None,
    timeout: float | None = None,
) -> Embedder:
    """The embedder called `name`: "local", "hash", or "openai:MODEL".

    "local" fetches its model file if that is missing. "openai:MODEL" takes its key from
    OPENAI_API_KEY; at another `base_url` than OpenAI's none is needed; `timeout` bounds one try
    of a request, in seconds. Raises UsageError for an unknown name, EndpointError for a missing
    key.
    """
    provider, _, model = name.partition(":")
    if name == "hash":
        return HashEmbedder()
    if provider == "openai" and model:
        key = _api_key(base_url)
        return EndpointEmbedder(model, base_url=base_url, api_key=key, timeout=timeout)
    if name == "local" or provider == "local":
        return _local(model, progress)
    raise UsageError(f"no embedder is called {name!r}: there are local, hash and openai:MODEL")


def _local(model: str, progress: weights.Progress | None) -> LocalEmbedder:
    entry = weights.find(model) if model else weights.default("embedder")
    if entry.kind != "embedder":
        raise UsageError(f"{entry.name} is not an embedder; see `trialogue models`")
    return LocalEmbedder(weights.fetch(entry, progress=progress), f"local:{entry.name}")


def _api_key(base_url: str | None) -> str:
    key = os.environ.get("OPENAI_API_KEY", "")
    if not key and not base_url:
        raise EndpointError("OPENAI_API_KEY is not set: set it, or embedder_base_url")
    return key or "no-key-needed"
