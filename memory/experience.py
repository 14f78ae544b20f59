"""What users lived through, kept in ChromaDB by run and user (METHOD §1.3)."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trialogue.memory.chroma import collection_of
from trialogue.memory.embedders import Embedder
from trialogue.records import Action

if TYPE_CHECKING:
    from chromadb.api import ClientAPI


@dataclass
class _Batch:
    """Actions of several users, by id, that are written together; `error` if they were not."""

    actions: dict[str, tuple[str, Action]] = field(default_factory=dict)
    begun: bool = False
    error: Exception | None = None


class ExperienceMemory:
    """Actions of all users of a run; a user recalls only what it did itself before.

    What is kept while an earlier write is under way is written together after it: a write costs
    ChromaDB about the same for one action and for fifty.
    """

    def __init__(self, client: "ClientAPI", embedder: Embedder, name: str = "experience") -> None:
        self._collection = collection_of(client, name)
        self._embedder = embedder
        self._next = _Batch()
        self._writing = asyncio.Lock()

    async def keep(self, user_id: str, action: Action) -> None:
        """Remember an action; the same one twice is one."""
        batch = self._next
        batch.actions[f"{user_id}/{action.index}"] = (user_id, action)
        async with self._writing:
            if not batch.begun:
                self._next, batch.begun = _Batch(), True
                try:
                    await asyncio.to_thread(self._keep, batch.actions)
                except Exception as error:
                    batch.error = error
        if batch.error:
            raise batch.error

    async def recall(self, user_id: str, query: str, before: int, k: int = 3) -> list[str]:
        """The user's `k` memories nearest to the query, from actions with index < `before`."""
        if before <= 1:
            return []
        return await asyncio.to_thread(self._recall, user_id, query, before, k)

    def _keep(self, actions: dict[str, tuple[str, Action]]) -> None:
        memories = [action.memory for _, action in actions.values()]
        self._collection.upsert(
            ids=list(actions),
            embeddings=self._embedder.embed(memories),
            documents=memories,
            metadatas=[{"user": user, "index": a.index} for user, a in actions.values()],
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
