"""The user pool U in ChromaDB: who is already there, and who is too much like them (eq. 1)."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from trialogue.memory.chroma import collection_of
from trialogue.memory.embedders import Embedder

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.types import Where


class PeopleMemory:
    """Texts of accepted users by their number; nearness is the cosine of their embeddings."""

    def __init__(self, client: "ClientAPI", embedder: Embedder, name: str = "users") -> None:
        self._collection = collection_of(client, name)
        self._embedder = embedder

    async def keep(self, numbers: Sequence[int], texts: Sequence[str]) -> None:
        """Add users to the pool; a number that is there already is replaced."""
        await asyncio.to_thread(self._keep, numbers, texts)

    async def nearness(self, texts: Sequence[str], before: int) -> list[float]:
        """For each text the cosine to the nearest of pool users below number `before` and of
        the texts that stand before it; -1 where there is none."""
        return await asyncio.to_thread(self._nearness, texts, before)

    def _keep(self, numbers: Sequence[int], texts: Sequence[str]) -> None:
        self._collection.upsert(
            ids=[str(number) for number in numbers],
            embeddings=self._embedder.embed(texts),
            documents=list(texts),
            metadatas=[{"number": number} for number in numbers],
        )

    def _nearness(self, texts: Sequence[str], before: int) -> list[float]:
        vectors = self._embedder.embed(texts)
        among = np.tril(vectors @ vectors.T, -1) if len(texts) > 1 else np.zeros((1, 1))
        nearest = [float(row[:i].max()) if i else -1.0 for i, row in enumerate(among)]
        if before <= 0:
            return nearest
        found = self._collection.query(
            query_embeddings=list(vectors),
            n_results=1,
            where=cast("Where", {"number": {"$lt": before}}),
            include=["distances"],
        )
        pool = [1 - d[0] if d else -1.0 for d in found["distances"] or []]
        return [max(a, b) for a, b in zip(nearest, pool, strict=True)]
