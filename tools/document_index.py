"""Hybrid search over passages: embeddings in ChromaDB and words by BM25, fused by rank."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Self

from trialogue.records import Passage
from trialogue.tools.making import make_tool

if TYPE_CHECKING:
    import bm25s  # type: ignore[import-untyped]
    import numpy as np
    import numpy.typing as npt
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from langchain_core.tools import BaseTool

    from trialogue.memory.embedders import Embedder

AT_ONCE = 5_000
RANK_OFFSET = 60
TOKEN = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+")


def tokens(text: str) -> list[str]:
    """Lower-cased words; runs of Chinese characters as overlapping pairs."""
    return [token for run in TOKEN.findall(text.lower()) for token in _pairs(run)]


def _pairs(run: str) -> list[str]:
    if len(run) < 2 or not "\u3400" <= run[0] <= "\u9fff":
        return [run]
    return [run[i : i + 2] for i in range(len(run) - 1)]


def quoted(passage: Passage) -> str:
    """A passage with its heading path, as it is embedded, indexed and shown to a model."""
    return f"{passage.heading}\n{passage.text}" if passage.heading else passage.text


class DocumentIndex:
    """Passages by meaning and by words; build it with `build`, then only `search`."""

    def __init__(
        self,
        passages: Sequence[Passage],
        embedder: "Embedder",
        vectors: "npt.NDArray[np.float32]",
        words: "bm25s.BM25 | None",
    ) -> None:
        self._passages = {passage.id: passage for passage in passages}
        self._ids = [passage.id for passage in passages]
        self._embedder = embedder
        self._vectors = vectors
        self._words = words

    @classmethod
    def build(
        cls, passages: Iterable[Passage], embedder: "Embedder", client: "ClientAPI", name: str
    ) -> Self:
        """An index over the passages, kept in the client's collection `name` (3+ characters).

        Equal ids count once. What the collection already holds from the same embedder is not
        embedded again; what is no longer among the passages is removed from it.
        """
        unique = sorted({p.id: p for p in passages}.values(), key=lambda passage: passage.id)
        collection = _collection(client, name, embedder)
        _fill(collection, unique, embedder)
        return cls(unique, embedder, _vectors(collection, unique), _word_index(unique))

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, query: str, k: int) -> list[Passage]:
        """The best `k` passages, best first; equal ones in order of id; [] for an empty index."""
        if not self._ids or k < 1:
            return []
        depth = min(len(self._ids), max(20, 4 * k))
        ranked = (self._by_meaning(query, depth), self._by_words(query, depth))
        scores: dict[str, float] = {}
        for ranking in ranked:
            for rank, found in enumerate(ranking, start=1):
                scores[found] = scores.get(found, 0.0) + 1 / (RANK_OFFSET + rank)
        best = sorted(scores, key=lambda found: (-scores[found], found))
        return [self._passages[found] for found in best[:k]]

    def _by_meaning(self, query: str, depth: int) -> list[str]:
        # Every passage is compared: an approximate search differs with every build of its graph.
        likeness = self._vectors @ self._embedder.embed([query])[0]
        # Rounded, so that noise does not rank equal passages; a stable sort ranks them by id.
        order = (-likeness.round(5)).argsort(kind="stable")
        return [self._ids[i] for i in order[:depth]]

    def _by_words(self, query: str, depth: int) -> list[str]:
        asked = tokens(query)
        if not asked or self._words is None:
            return []
        scores: np.ndarray = self._words.get_scores(asked)
        hits = scores.nonzero()[0]
        # Passages are in order of id, so a stable sort breaks ties by id.
        order = hits[(-scores[hits]).argsort(kind="stable")]
        return [self._ids[i] for i in order[:depth]]


def _collection(client: "ClientAPI", name: str, embedder: "Embedder") -> "Collection":
    """The collection called `name`; a new one if another embedder filled the old."""
    mark = {"embedder": embedder.name, "dimension": embedder.dimension}
    options: dict[str, Any] = {
        "configuration": {"hnsw": {"space": "cosine"}},
        "embedding_function": None,
    }
    collection = client.get_or_create_collection(name, metadata=mark, **options)
    if collection.metadata == mark:
        return collection
    client.delete_collection(name)
    return client.create_collection(name, metadata=mark, **options)


def _fill(collection: "Collection", passages: Sequence[Passage], embedder: "Embedder") -> None:
    kept = set(collection.get(include=[])["ids"])
    gone = sorted(kept.difference(passage.id for passage in passages))
    new = [passage for passage in passages if passage.id not in kept]
    for start in range(0, len(gone), AT_ONCE):
        collection.delete(ids=gone[start : start + AT_ONCE])
    for start in range(0, len(new), AT_ONCE):
        part = new[start : start + AT_ONCE]
        collection.add(
            ids=[passage.id for passage in part],
            embeddings=embedder.embed([quoted(passage) for passage in part]),
            documents=[passage.text for passage in part],
            metadatas=[{"source": p.source, "heading": p.heading} for p in part],
        )


def _vectors(collection: "Collection", passages: Sequence[Passage]) -> "npt.NDArray[np.float32]":
    """What the collection holds, one row a passage in their order."""
    import numpy as np

    found = collection.get(include=["embeddings"])
    rows = np.asarray(found["embeddings"], dtype=np.float32)
    row_of = {passage_id: row for row, passage_id in enumerate(found["ids"])}
    return rows[[row_of[passage.id] for passage in passages]]


def _word_index(passages: Sequence[Passage]) -> "bm25s.BM25 | None":
    import bm25s

    texts = [tokens(quoted(passage)) for passage in passages]
    if not any(texts):
        return None
    index = bm25s.BM25(backend="numpy")
    index.index(texts, show_progress=False)
    return index


def document_search(index: DocumentIndex, k: int = 3) -> "BaseTool":
    """The tool `search_documents(query)`: the `k` best passages with their sources, as text."""

    async def search(query: Annotated[str, "What to look for in the documents"]) -> str:
        found = await asyncio.to_thread(index.search, query, k)
        shown = [f"[{passage.source}] {quoted(passage)}" for passage in found]
        return "\n\n".join(shown) or f"the documents say nothing about {query!r}"

    return make_tool(
        search,
        name="search_documents",
        description="Searches the documents at hand and returns the passages that fit best.",
    )
