"""What users lived through, kept in ChromaDB by run and user (METHOD §1.3)."""

import asyncio
from dataclasses import dataclass, field

import numpy as np

from trialogue.memory.embedders import Embedder
from trialogue.memory.spans import span
from trialogue.memory.volumes import Row, Volumes
from trialogue.records import Action


@dataclass
class _Batch:
    """Memories that are written together, by number and id; `error` says why they were not."""

    memories: dict[tuple[int, str], Row] = field(default_factory=dict)
    begun: bool = False
    error: Exception | None = None


class ExperienceMemory:
    """Actions of all users of a run; a user recalls only what it did itself before.

    They are written by `flush`, in one go with what other users have lived through by then:
    writing costs ChromaDB about the same time for one action and for fifty.
    """

    def __init__(self, volumes: Volumes, embedder: Embedder, name: str = "experience") -> None:
        self._volumes, self._embedder, self._name = volumes, embedder, name
        self._next = self._written = _Batch()
        self._writing = asyncio.Lock()

    async def keep(self, user_id: str, action: Action, number: int = 0) -> None:
        """Remember an action of the user of dialogue `number`; the same one twice is one."""
        with span("CHAIN", "memory.keep") as seen:
            seen.spoke(action.memory)
            [vector] = await asyncio.to_thread(self._embedder.embed, [action.memory])
        memory = Row(number, _name(user_id, action.index), action.memory, vector)
        self._next.memories[number, memory.id] = memory

    async def flush(self) -> None:
        """Write what was kept until now."""
        with span("CHAIN", "memory.flush"):
            await self._flush(self._next)

    async def _flush(self, batch: _Batch) -> None:
        async with self._writing:
            if not batch.begun and batch.memories:
                self._next, self._written, batch.begun = _Batch(), batch, True
                try:
                    await asyncio.to_thread(self._write, batch)
                except Exception as error:
                    batch.error = error
        if batch.error:
            raise batch.error

    async def recall(
        self, user_id: str, query: str, before: int, k: int = 3, number: int = 0
    ) -> list[str]:
        """The `k` memories nearest to the query that the user of dialogue `number` has of its
        actions with index < `before`."""
        names = [(number, _name(user_id, index)) for index in range(1, before)]
        if not names:
            return []
        # What is being written may not be readable yet.
        at_hand = {**self._written.memories, **self._next.memories}
        there = {name: at_hand[name] for name in names if name in at_hand}
        with span("RETRIEVER", "memory.recall") as seen:
            found = await asyncio.to_thread(self._nearest, names, there, query, k)
            seen.spoke(query)
            seen.brought([(f"memory {place}", text) for place, text in enumerate(found, start=1)])
        return found

    def _write(self, batch: _Batch) -> None:
        self._volumes.write(self._name, batch.memories.values())

    def _nearest(
        self, names: list[tuple[int, str]], there: dict[tuple[int, str], Row], query: str, k: int
    ) -> list[str]:
        absent = [name for name in names if name not in there]
        found = {(row.number, row.id): row for row in self._volumes.read(self._name, absent)}
        memories = [row for name in names if (row := there.get(name) or found.get(name))]
        if not memories:
            return []
        nearness = np.stack([m.vector for m in memories]) @ self._embedder.embed([query])[0]
        best = sorted(range(len(memories)), key=lambda i: (-round(float(nearness[i]), 6), i))
        return [memories[i].text for i in sorted(best[:k])]


def _name(user_id: str, index: int) -> str:
    return f"{user_id}/{index}"
