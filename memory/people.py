"""The user pool U in ChromaDB: who is already there, and who is too much like them (eq. 1)."""

import asyncio
from collections.abc import Sequence
from threading import Lock

import numpy as np

from trialogue.memory.embedders import Embedder
from trialogue.memory.spans import span
from trialogue.memory.vector_file import VectorFile
from trialogue.memory.volumes import Row, Volumes


class PeopleMemory:
    """Texts of accepted users by their number; nearness is the cosine of their embeddings.

    Nearness is exact: an approximate search would depend on how its index was built, and so on
    whether a run was ever interrupted. It is rounded to 6 digits, for ChromaDB scales vectors to
    length 1 once more.
    """

    def __init__(self, volumes: Volumes, embedder: Embedder, name: str = "users") -> None:
        self._volumes, self._embedder, self._name = volumes, embedder, name
        self._vectors = VectorFile(volumes.folder)
        self._missed: set[int] = set()
        self._lock = Lock()

    async def keep(self, numbers: Sequence[int], texts: Sequence[str]) -> None:
        """Add users to the pool; a number that is there already is replaced."""
        with span("CHAIN", "people.keep") as seen:
            seen.note(numbers=list(numbers))
            await asyncio.to_thread(self._keep, numbers, texts)

    async def nearness(
        self, texts: Sequence[str], before: int, beside: Sequence[str] = ()
    ) -> list[float]:
        """For each text the cosine to the nearest of pool users below number `before`, of the
        texts `beside` and of the texts that stand before it; -1 where there is none."""
        with span("CHAIN", "people.nearness") as seen:
            near = await asyncio.to_thread(self._nearness, texts, before, beside)
            seen.note(before=before, nearness=near)
        return near

    def _keep(self, numbers: Sequence[int], texts: Sequence[str]) -> None:
        vectors = self._embedder.embed(texts)
        users = zip(numbers, texts, vectors, strict=True)
        rows = [Row(number, str(number), text, vector) for number, text, vector in users]
        self._volumes.write(self._name, rows)
        with self._lock:
            self._vectors.put(numbers, vectors)

    def _nearness(self, texts: Sequence[str], before: int, beside: Sequence[str]) -> list[float]:
        vectors = self._embedder.embed([*beside, *texts])
        new = vectors[len(beside) :]
        with self._lock:
            self._restore(before)
            pool = self._vectors.nearest(new, before)
        return [
            round(float(max(near, *(vectors[: len(beside) + i] @ vector), -1.0)), 6)
            for i, (near, vector) in enumerate(zip(pool, new, strict=True))
        ]

    def _restore(self, before: int) -> None:
        """Fetch the vectors of users below number `before` that an earlier session kept."""
        absent = [n for n in self._vectors.absent(before) if n not in self._missed]
        found = self._volumes.read(self._name, [(number, str(number)) for number in absent])
        if found:
            self._vectors.put([row.number for row in found], np.stack([r.vector for r in found]))
        self._missed.update(self._vectors.absent(before))
