"""Hybrid search in a real ChromaDB."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from word_embedder import WordEmbedder

from trialogue.records import Passage
from trialogue.tools.contract import check_tool
from trialogue.tools.document_index import DocumentIndex, document_search, tokens

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

RULES = {
    "hotels": "Rooms are paid up to 450 CNY a night.",
    "meals": "Lunch is paid with 50 CNY and dinner with 80 CNY.",
    "taxis": "Taxis are paid between station and office, code TX-17.",
    "住宿": "住宿费每晚不超过四百五十元。",
    "餐饮": "午餐补贴五十元，晚餐补贴八十元。",
}


def passages(rules: dict[str, str] = RULES) -> list[Passage]:
    return [
        Passage(id=f"p-{heading}", text=text, source="rules.md", heading=heading)
        for heading, text in rules.items()
    ]


def test_words_are_lowered_and_chinese_is_paired() -> None:
    assert tokens("Hotel A-4: 住宿费 450") == ["hotel", "a", "4", "住宿", "宿费", "450"]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("how much for a room a night", "hotels"),
        ("TX-17", "taxis"),
        ("lunch", "meals"),
        ("住宿费多少", "住宿"),
        ("晚餐", "餐饮"),
    ],
)
def test_finds_by_words_in_both_languages(
    chroma_client: "ClientAPI", embedder: WordEmbedder, query: str, best: str
) -> None:
    index = DocumentIndex.build(passages(), embedder, chroma_client, "both-languages")
    assert index.search(query, 2)[0].heading == best


def test_gives_k_passages_and_all_when_k_is_larger(
    chroma_client: "ClientAPI", embedder: WordEmbedder
) -> None:
    index = DocumentIndex.build(passages(), embedder, chroma_client, "number-of-hits")
    assert [len(index.search("paid", k)) for k in (0, 1, 3, 99)] == [0, 1, 3, 5]
    assert len(index.search("!?", 2)) == 2


def test_ties_are_in_order_of_id(chroma_client: "ClientAPI", embedder: WordEmbedder) -> None:
    same = [Passage(id=name, text="The same.", source="a.md") for name in ("c", "a", "b", "a")]
    index = DocumentIndex.build(same, embedder, chroma_client, "ties")
    assert len(index) == 3
    assert [passage.id for passage in index.search("same", 3)] == ["a", "b", "c"]


@pytest.mark.parametrize("rules", [{}, {"": "?!"}])
def test_nothing_to_find(
    chroma_client: "ClientAPI", embedder: WordEmbedder, rules: dict[str, str]
) -> None:
    index = DocumentIndex.build(passages(rules), embedder, chroma_client, f"nothing{len(rules)}")
    assert [passage.text for passage in index.search("hotel", 3)] == list(rules.values())


def test_only_what_is_new_is_embedded_and_what_is_gone_is_not_found(
    chroma_client: "ClientAPI",
) -> None:
    first, second = WordEmbedder(), WordEmbedder()
    DocumentIndex.build(passages(), first, chroma_client, "kept")
    changed = {"hotels": RULES["hotels"], "trains": "Trains are paid in second class."}
    index = DocumentIndex.build(passages(changed), second, chroma_client, "kept")
    assert len(first.embedded) == 5
    assert second.embedded == ["trains\nTrains are paid in second class."]
    assert {found.heading for found in index.search("paid", 9)} == {"hotels", "trains"}


def test_another_embedder_starts_afresh(chroma_client: "ClientAPI") -> None:
    other = WordEmbedder("other")
    DocumentIndex.build(passages(), WordEmbedder(), chroma_client, "renewed")
    index = DocumentIndex.build(passages(), other, chroma_client, "renewed")
    assert len(other.embedded) == 5
    assert len(index.search("lunch", 9)) == 5


def test_more_passages_than_one_call_may_add(
    chroma_client: "ClientAPI", embedder: WordEmbedder
) -> None:
    many = [Passage(id=f"{i:05}", text=f"rule {i}", source="a.md") for i in range(5_600)]
    guests = Passage(id="guests", text="Lunch with guests is paid.", source="a.md")
    index = DocumentIndex.build([*many, guests], embedder, chroma_client, "many")
    assert len(index) == 5_601
    assert index.search("lunch guests", 1) == [guests]


def test_a_collection_on_disk_is_reused(tmp_path: Path) -> None:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    first, second = WordEmbedder(), WordEmbedder()
    for embedder in (first, second):
        client = chromadb.PersistentClient(str(tmp_path), settings=settings)
        index = DocumentIndex.build(passages(), embedder, client, "on-disk")
        assert index.search("lunch", 1)[0].heading == "meals"
    assert len(first.embedded) == 6
    assert second.embedded == ["lunch"]


def test_two_builds_rank_equal_passages_alike(chroma_client: "ClientAPI") -> None:
    same = [Passage(id=f"{i:03}", text="The same.", source="a.md") for i in range(150)]
    for name in ("equal-1", "equal-2"):
        index = DocumentIndex.build(same, WordEmbedder(), chroma_client, name)
        assert [passage.id for passage in index.search("same", 3)] == ["000", "001", "002"]


class HubEmbedder:
    """Vectors that are all near the vector of text 0, which approximate search handles badly."""

    name = "hub"
    dimension = 64

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """One normalised row a text, the same for the same number in it."""
        rows = [np.random.default_rng(int(text)).normal(size=64) for text in texts]
        hub = np.random.default_rng(0).normal(size=64)
        near = np.array(rows) + 3 * hub
        normalised: np.ndarray = near / np.linalg.norm(near, axis=1, keepdims=True)
        return normalised.astype(np.float32)


@pytest.mark.parametrize("size", [500, 1_500])
def test_the_nearest_are_found_even_if_one_passage_is_near_all(
    chroma_client: "ClientAPI", size: int
) -> None:
    embedder, texts = HubEmbedder(), [str(number) for number in range(size)]
    numbers = [Passage(id=f"{text:0>4}", text=text, source="a.md") for text in texts]
    index = DocumentIndex.build(numbers, embedder, chroma_client, f"hub-{size}")
    similarity = embedder.embed(texts) @ embedder.embed(["5000"])[0]
    nearest = [texts[i] for i in np.argsort(-similarity)[:5]]
    assert [passage.text for passage in index.search("5000", 5)] == nearest


async def test_the_tool_shows_sources_and_headings(
    chroma_client: "ClientAPI", embedder: WordEmbedder
) -> None:
    index = DocumentIndex.build(passages(), embedder, chroma_client, "the-tool")
    tool = document_search(index, k=1)
    await check_tool(tool, {"query": "lunch"})
    expected = f"[rules.md] meals\n{RULES['meals']}"
    assert await tool.ainvoke({"query": "lunch"}) == expected
    answers = await asyncio.gather(*(tool.ainvoke({"query": "lunch"}) for _ in range(20)))
    assert set(answers) == {expected}
