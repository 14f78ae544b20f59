"""Knowledge K at hand: the passages that were kept for a run, searched by meaning and words."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from trialogue.memory.spans import span
from trialogue.records import Passage
from trialogue.tools.documents import DocumentIndex

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

    from trialogue.memory.embedders import Embedder


class Shelf:
    """An index that is filled once and then only searched; empty until then."""

    def __init__(self, client: "ClientAPI", embedder: "Embedder", name: str = "knowledge") -> None:
        self._client, self._embedder, self._name = client, embedder, name
        self._by_source: dict[str, list[Passage]] = {}
        self.index: DocumentIndex | None = None

    async def fill(self, passages: Sequence[Passage]) -> None:
        """Put the passages on the shelf in place of what was there."""
        by_source: dict[str, list[Passage]] = {}
        for passage in passages:
            by_source.setdefault(passage.source, []).append(passage)
        self._by_source = by_source
        with span("CHAIN", "shelf.fill") as seen:
            seen.note(passages=len(passages), sources=len(by_source))
            self.index = await asyncio.to_thread(
                DocumentIndex.build, passages, self._embedder, self._client, self._name
            )

    async def search(self, query: str, k: int = 3) -> list[Passage]:
        """The best `k` passages, best first; none from an empty shelf."""
        if self.index is None or not len(self.index):
            return []
        with span("RETRIEVER", "shelf.search") as seen:
            found = await asyncio.to_thread(self.index.search, query, k)
            seen.spoke(query)
            seen.brought([(f"{one.source} {one.heading}", one.text) for one in found])
        return found

    def beside(self, passage: Passage) -> list[Passage]:
        """All passages from the same source, the passage among them."""
        return self._by_source.get(passage.source, [])

    async def nearest(self, query: str, texts: Sequence[str], k: int) -> list[int]:
        """Indices of the `k` texts most like the query, in the order of the texts."""
        if len(texts) <= k:
            return list(range(len(texts)))
        with span("RERANKER", "shelf.nearest") as seen:
            found = await asyncio.to_thread(self._nearest, query, texts, k)
            seen.spoke(query)
            seen.note(of=len(texts), nearest=found)
        return found

    def _nearest(self, query: str, texts: Sequence[str], k: int) -> list[int]:
        likeness = self._embedder.embed(texts) @ self._embedder.embed([query])[0]
        best = sorted(range(len(texts)), key=lambda i: (-round(float(likeness[i]), 6), i))
        return sorted(best[:k])
