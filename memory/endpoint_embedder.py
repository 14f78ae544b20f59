"""Vectors from any server that speaks OpenAI's `/embeddings`."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from trialogue.errors import EndpointError
from trialogue.memory.vectors import Vectors, unit_rows


class EndpointEmbedder:
    """The embedding model `model` behind `base_url` (None: OpenAI's own address)."""

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str,
        timeout: float | None = None,
    ) -> None:
        self.name = f"openai:{model}"
        self._model = model
        self._base_url = base_url
        self._api_key = api_key
        self._timeout = timeout

    @cached_property
    def dimension(self) -> int:
        """The length of this model's vectors; the first use asks the endpoint."""
        return int(self._ask(["dimension"]).shape[1])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, shape (texts, dimension); raises EndpointError."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        # A lone surrogate cannot be sent.
        return unit_rows(
            self._ask([text.encode(errors="ignore").decode() or " " for text in texts])
        )

    def _ask(self, texts: list[str]) -> "np.ndarray[Any, np.dtype[np.float64]]":
        try:
            matrix = np.asarray(self._client.embed_documents(texts), dtype=np.float64)
        except Exception as error:
            raise self._failure(f"{type(error).__name__}: {error}") from error
        if matrix.ndim != 2 or len(matrix) != len(texts) or not np.isfinite(matrix).all():
            raise self._failure(f"no {len(texts)} vectors of numbers in its answer")
        return matrix

    def _failure(self, why: str) -> EndpointError:
        place = self._base_url or "api.openai.com"
        line = " ".join(why.replace(self._api_key, "…").split())[:200]
        return EndpointError(
            f"embeddings of {self._model} at {place}: {line}; "
            "check embedder, embedder_base_url and OPENAI_API_KEY"
        )

    @cached_property
    def _client(self) -> Any:
        from langchain_openai import OpenAIEmbeddings
        from pydantic import SecretStr

        return OpenAIEmbeddings(
            model=self._model,
            base_url=self._base_url,
            api_key=SecretStr(self._api_key),
            timeout=self._timeout,
            check_embedding_ctx_length=False,  # else it sends tokens, which only OpenAI takes
        )
