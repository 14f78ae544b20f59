"""The user pool U in ChromaDB: who is already there, and who is too much like them (eq. 1)."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from trialogue.memory.chroma import collection_of
from trialogue.memory.embedders import Embedder
from trialogue.memory.vectors import Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI


class PeopleMemory:
    """Texts of accepted users by their number; nearness is the cosine of their embeddings.

    Nearness is exact: an approximate search would depend on how its index was built, and so on
    whether a run was ever interrupted.
    """

    def __init__(self, client: "ClientAPI", embedder: Embedder, name: str = "users") -> None:
        self._collection = collection_of(client, name)
        self._embedder = embedder
        self._vectors: dict[int, Vectors] = {}

    async def keep(self, numbers: Sequence[int], texts: Sequence[str]) -> None:
        """Add users to the pool; a number that is there already is replaced."""
        await asyncio.to_thread(self._keep, numbers, texts)

    async def nearness(
        self, texts: Sequence[str], before: int, beside: Sequence[str] = ()
    ) -> list[float]:
        """For each text the cosine to the nearest of pool users below number `before`, of the
        texts `beside` and of the texts that stand before it; -1 where there is none."""
        return await asyncio.to_thread(self._nearness, texts, before, beside)

    def _keep(self, numbers: Sequence[int], texts: Sequence[str]) -> None:
        vectors = self._embedder.embed(texts)
        self._collection.upsert(
            ids=[str(number) for number in numbers],
            embeddings=vectors,
            documents=list(texts),
            metadatas=[{"number": number} for number in numbers],
        )
        self._vectors |= zip(numbers, vectors, strict=True)

    def _nearness(self, texts: Sequence[str], before: int, beside: Sequence[str]) -> list[float]:
        vectors = self._embedder.embed([*beside, *texts])
        pool = self._below(before)
        nearest = []
        for i, vector in enumerate(vectors[len(beside) :], start=len(beside)):
            others = [*(pool @ vector), *(vectors[:i] @ vector)]
            nearest.append(float(max(others, default=-1.0)))
        return nearest

    def _below(self, before: int) -> Vectors:
        """The vectors of all users below number `before`, also of an earlier session."""
        absent = [str(number) for number in range(before) if number not in self._vectors]
        if absent:
            found = self._collection.get(ids=absent, include=["embeddings"])
            rows = np.asarray(found["embeddings"], dtype=np.float32)
            self._vectors |= zip(map(int, found["ids"]), rows, strict=True)
        there = [self._vectors[number] for number in range(before) if number in self._vectors]
        return np.stack(there) if there else np.zeros((0, self._embedder.dimension), np.float32)
