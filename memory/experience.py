"""What users lived through, kept in ChromaDB by run and user (METHOD §1.3)."""

import asyncio
from typing import TYPE_CHECKING

from trialogue.memory.chroma import collection_of
from trialogue.memory.embedders import Embedder
from trialogue.records import Action

if TYPE_CHECKING:
    from chromadb.api import ClientAPI


class ExperienceMemory:
    """Actions of all users of a run; a user recalls only what it did itself before."""

    def __init__(self, client: "ClientAPI", embedder: Embedder, name: str = "experience") -> None:
        self._collection = collection_of(client, name)
        self._embedder = embedder

    async def keep(self, user_id: str, action: Action) -> None:
        """Remember an action; the same one twice is one."""
        await asyncio.to_thread(self._keep, user_id, action)

    async def recall(self, user_id: str, query: str, before: int, k: int = 3) -> list[str]:
        """The user's `k` memories nearest to the query, from actions with index < `before`."""
        if before <= 1:
            return []
        return await asyncio.to_thread(self._recall, user_id, query, before, k)

    def _keep(self, user_id: str, action: Action) -> None:
        self._collection.upsert(
            ids=[f"{user_id}/{action.index}"],
            embeddings=self._embedder.embed([action.memory]),
            documents=[action.memory],
            metadatas=[{"user": user_id, "index": action.index}],
        )

    def _recall(self, user_id: str, query: str, before: int, k: int) -> list[str]:
        found = self._collection.get(
            ids=[f"{user_id}/{index}" for index in range(1, before)],
            include=["documents", "embeddings"],
        )
        vectors, documents = found["embeddings"], found["documents"] or []
        if vectors is None or not documents:
            return []
        import numpy as np

        nearness = np.asarray(vectors) @ self._embedder.embed([query])[0]
        best = sorted(range(len(documents)), key=lambda i: (-round(float(nearness[i]), 6), i))
        return [documents[i] for i in sorted(best[:k])]
