"""What users lived through, kept in ChromaDB by run and user (METHOD §1.3)."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from trialogue.memory.chroma import collection_of
from trialogue.memory.embedders import Embedder
from trialogue.memory.vectors import Vectors
from trialogue.records import Action

if TYPE_CHECKING:
    from chromadb.api import ClientAPI


@dataclass(frozen=True)
class _Memory:
    user: str
    index: int
    text: str
    vector: Vectors


@dataclass
class _Batch:
    """Memories by id that are written together; `error` says why they were not."""

    memories: dict[str, _Memory] = field(default_factory=dict)
    begun: bool = False
    error: Exception | None = None


class ExperienceMemory:
    """Actions of all users of a run; a user recalls only what it did itself before.

    They are written by `flush`, in one go with what other users have lived through by then:
    writing costs ChromaDB about the same time for one action and for fifty.
    """

    def __init__(self, client: "ClientAPI", embedder: Embedder, name: str = "experience") -> None:
        self._collection = collection_of(client, name)
        self._embedder = embedder
        self._next = self._written = _Batch()
        self._writing = asyncio.Lock()

    async def keep(self, user_id: str, action: Action) -> None:
        """Remember an action; the same one twice is one."""
        [vector] = await asyncio.to_thread(self._embedder.embed, [action.memory])
        memory = _Memory(user_id, action.index, action.memory, vector)
        self._next.memories[f"{user_id}/{action.index}"] = memory

    async def flush(self) -> None:
        """Write what was kept until now."""
        batch = self._next
        async with self._writing:
            if not batch.begun and batch.memories:
                self._next, self._written, batch.begun = _Batch(), batch, True
                try:
                    await asyncio.to_thread(self._write, batch.memories)
                except Exception as error:
                    batch.error = error
        if batch.error:
            raise batch.error

    async def recall(self, user_id: str, query: str, before: int, k: int = 3) -> list[str]:
        """The user's `k` memories nearest to the query, from actions with index < `before`."""
        ids = [f"{user_id}/{index}" for index in range(1, before)]
        if not ids:
            return []
        # What is being written may not be readable yet.
        at_hand = {**self._written.memories, **self._next.memories}
        there = [at_hand[name] for name in ids if name in at_hand]
        absent = [name for name in ids if name not in at_hand]
        return await asyncio.to_thread(self._nearest, there, absent, query, k)

    def _write(self, memories: dict[str, _Memory]) -> None:
        self._collection.upsert(
            ids=list(memories),
            embeddings=np.stack([memory.vector for memory in memories.values()]),
            documents=[memory.text for memory in memories.values()],
            metadatas=[{"user": m.user, "index": m.index} for m in memories.values()],
        )

    def _nearest(self, there: list[_Memory], absent: list[str], query: str, k: int) -> list[str]:
        memories = sorted([*there, *self._read(absent)], key=lambda memory: memory.index)
        if not memories:
            return []
        nearness = np.stack([m.vector for m in memories]) @ self._embedder.embed([query])[0]
        best = sorted(range(len(memories)), key=lambda i: (-round(float(nearness[i]), 6), i))
        return [memories[i].text for i in sorted(best[:k])]

    def _read(self, ids: list[str]) -> list[_Memory]:
        if not ids:
            return []
        found = self._collection.get(ids=ids, include=["documents", "embeddings"])
        vectors = np.asarray(found["embeddings"], dtype=np.float32)
        rows = zip(found["ids"], found["documents"] or [], vectors, strict=True)
        return [
            _Memory(user, int(index), text, vector)
            for (user, _, index), text, vector in ((i.rpartition("/"), t, v) for i, t, v in rows)
        ]
