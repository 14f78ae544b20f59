from pathlib import Path
from typing import Any

from http_loopback import LoopbackServer, Reply
from made_users import MakeContext
from openai_server import OpenAIServer

from trialogue.graphs import knowledge
from trialogue.graphs.context import Context
from trialogue.graphs.running import run_graph
from trialogue.tools.search import SearchHit, SearchUnavailable


class Found:
    """A search provider that finds the same addresses for everything."""

    name = "found"

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    async def search(self, query: str, limit: int) -> list[SearchHit]:
        self.asked.append(query)
        return [SearchHit(title="A page", address=a) for a in self.addresses[:limit]]


class Down:
    name = "down"

    async def search(self, query: str, limit: int) -> list[SearchHit]:
        raise SearchUnavailable("no search engine answers")


async def gather(context: Context) -> dict[str, Any]:
    return await run_graph(knowledge.build().compile(), {}, context)


async def test_documents_become_passages_on_the_shelf(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    context = make_context()
    found = await gather(context)
    assert found["keywords"] == context.scenario.lexicon
    assert len(found["passages"]) > 5
    assert not found["problems"]
    assert not server.requests
    best = await context.shelf.search("ceiling for a hotel room per night")
    assert "Hotel" in best[0].heading
    assert best[0].source.endswith("1_lodging_and_meals.md")


async def test_the_same_documents_are_kept_once(make_context: MakeContext) -> None:
    context = make_context()
    first, again = await gather(context), await gather(context)
    assert first["passages"] == again["passages"]
    assert context.shelf.index is not None
    assert len(context.shelf.index) == len(first["passages"])


async def test_a_file_that_is_no_document_is_a_problem(
    make_context: MakeContext, tmp_path: Path
) -> None:
    good = tmp_path / "rules.md"
    good.write_text("# Rooms\n\nA room is paid up to 450 CNY per night.\n", encoding="utf-8")
    bad = tmp_path / "scan.png"
    bad.write_bytes(b"\x89PNG")
    found = await gather(make_context(documents=(str(good), str(bad))))
    assert [passage.source for passage in found["passages"]] == ["rules.md"]
    assert "scan.png" in " ".join(found["problems"])


async def test_the_model_adds_keywords_where_they_are_searched(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    search = Found()
    context = make_context(search=search)
    found = await gather(context)
    assert len(server.requests) == 1
    assert set(found["keywords"]) > set(context.scenario.lexicon)
    assert search.asked == list(found["keywords"])


async def test_pages_on_the_own_machine_are_refused_and_reported_once(
    make_context: MakeContext,
) -> None:
    with LoopbackServer(lambda path: Reply(b"<p>secret</p>")) as site:
        search = Found(f"{site.address}/rules", f"{site.address}/rules")
        context = make_context(search=search, documents=())
        found = await gather(context)
        again = await gather(context)
        assert not site.requests
    assert len(found["problems"]) == 1
    assert f"{site.address}/rules" in found["problems"][0]
    assert found["passages"] == ()
    assert again["problems"] == found["problems"]


async def test_a_page_once_read_is_not_fetched_again(make_context: MakeContext) -> None:
    page = {"address": "https://example.org/rules", "title": "Rules", "text": "Rooms: 99 EUR."}
    context = make_context(search=Found("https://example.org/rules"), documents=())
    context.remember(page, "page", "https://example.org/rules")
    found = await gather(context)
    assert [p.source for p in found["passages"]] == ["https://example.org/rules"]
    assert not found["problems"]


async def test_a_search_that_is_down_is_a_problem_and_documents_remain(
    make_context: MakeContext,
) -> None:
    found = await gather(make_context(search=Down()))
    assert found["problems"] == ("no search engine answers",)
    assert found["passages"]


class Flaky:
    """A provider that finds a page for each word until it is down; then other pages."""

    name = "flaky"

    def __init__(self, down_at: int) -> None:
        self.down_at, self.asked = down_at, 0

    async def search(self, query: str, limit: int) -> list[SearchHit]:
        self.asked += 1
        if self.asked == self.down_at:
            raise SearchUnavailable("no search engine answers")
        return [SearchHit(title="A page", address=f"http://127.0.0.1/{self.asked}")]


async def test_a_search_gives_what_it_gave_at_first(make_context: MakeContext) -> None:
    search = Flaky(down_at=2)
    context = make_context(search=search, documents=())
    first = await gather(context)
    asked = search.asked
    assert await gather(context) == first
    assert search.asked == asked == 2


async def test_finding_nothing_is_remembered(make_context: MakeContext) -> None:
    await gather(make_context(search=Found(), documents=()))
    again = await gather(make_context(search=Found("http://127.0.0.1/"), documents=()))
    assert again["problems"] == ()


async def test_after_a_failure_remembered_searches_still_count(make_context: MakeContext) -> None:
    context = make_context(search=Down(), documents=())
    hit = SearchHit(title="Rules", address="https://example.org/rules").model_dump(mode="json")
    page = {"address": "https://example.org/rules", "title": "Rules", "text": "Rooms: 99 EUR."}
    context.remember([hit], "search", context.options.pages, context.scenario.lexicon[1])
    context.remember(page, "page", "https://example.org/rules")
    found = await gather(context)
    assert found["problems"] == ("no search engine answers",)
    assert [p.source for p in found["passages"]] == ["https://example.org/rules"]
