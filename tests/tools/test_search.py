"""Web search through the real `ddgs`, whose DuckDuckGo engine is pointed at loopback."""

import asyncio
import threading
from collections.abc import Callable
from html import escape
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from ddgs.engines import ENGINES
from ddgs.engines.duckduckgo import Duckduckgo
from http_loopback import LoopbackServer, Reply

from trialogue.errors import UsageError
from trialogue.tools import plugins
from trialogue.tools.contract import check_search_provider, check_tool
from trialogue.tools.search import (
    CachedSearch,
    DdgsProvider,
    SearchHit,
    SearchProvider,
    SearchUnavailable,
    search_provider,
    web_search,
)

Engine = Callable[[Callable[[str], Reply] | Reply], LoopbackServer]


def results(*titles: str) -> Reply:
    """A page as the engine lays it out."""
    items = "".join(
        f'<div class="result__body"><h2><a>{escape(title)}</a></h2>'
        f'<a href="https://example.org/{number}">About {escape(title)}</a></div>'
        for number, title in enumerate(titles)
    )
    return Reply(f"<html><body><div id='links'>{items}</div></body></html>".encode())


@pytest.fixture
def engine(serve: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Starts a search engine: a server, and `ddgs` asking it under the name duckduckgo."""

    def start(answer: Callable[[str], Reply] | Reply) -> LoopbackServer:
        server = serve(answer)
        local = type("Duckduckgo", (Duckduckgo,), {"search_url": server.address})
        monkeypatch.setitem(ENGINES["text"], "duckduckgo", local)
        return server

    return start


def provider(**settings: Any) -> DdgsProvider:
    return DdgsProvider(backends="duckduckgo", wait=0, **settings)


def in_turn(*replies: Reply) -> Callable[[str], Reply]:
    left = iter(replies)
    return lambda path: next(left)


async def test_gives_titles_addresses_and_snippets(engine: Engine) -> None:
    engine(results("Hotel caps", "Hotel & rules", "Taxi"))
    hits = await provider().search("hotel", 2)
    assert hits[0] == SearchHit(
        title="Hotel caps", address="https://example.org/0", snippet="About Hotel caps"
    )
    assert [hit.title for hit in hits] == ["Hotel caps", "Hotel & rules"]


@pytest.mark.parametrize("status", [202, 403, 429, 503])
async def test_tries_again_when_the_engine_limits_requests(engine: Engine, status: int) -> None:
    server = engine(in_turn(Reply(status=status), Reply(status=status), results("Hotel")))
    assert [hit.title for hit in await provider().search("hotel", 3)] == ["Hotel"]
    assert len(server.requests) == 3


async def test_nothing_found_is_not_an_error_but_is_tried_again(engine: Engine) -> None:
    server = engine(results())
    assert await provider(attempts=2).search("hotel", 3) == []
    assert len(server.requests) == 2


async def test_gives_up_on_an_engine_that_does_not_answer(
    engine: Engine, until_the_end: threading.Event
) -> None:
    def stall(path: str) -> Reply:
        until_the_end.wait()
        return results("late")

    server = engine(stall)
    with pytest.raises(SearchUnavailable, match="did not answer in time"):
        await provider(attempts=2, timeout=1).search("hotel", 3)
    assert len(server.requests) == 2


async def test_offline_is_one_line_and_the_tool_says_so(engine: Engine) -> None:
    with LoopbackServer(lambda path: Reply()) as gone:
        address = gone.address
    engine(Reply())
    ENGINES["text"]["duckduckgo"].search_url = address
    with pytest.raises(SearchUnavailable) as caught:
        await provider().search("hotel", 3)
    assert "\n" not in str(caught.value)
    text = await web_search(provider()).ainvoke({"query": "hotel"})
    assert text.startswith("error: web search is unavailable: ")


@pytest.mark.parametrize("on_disk", [True, False])
async def test_asks_once_for_the_same_question(
    engine: Engine, tmp_path: Path, on_disk: bool
) -> None:
    server = engine(results("Hotel"))
    cached = CachedSearch(provider(), tmp_path if on_disk else None)
    first, *others = await asyncio.gather(*(cached.search("hotel  cap", 3) for _ in range(5)))
    assert all(hits == first for hits in others)
    assert await cached.search("hotel cap", 3) == first
    assert len(server.requests) == 1
    await cached.search("hotel", 3)
    assert len(server.requests) == 2


async def test_the_cache_outlives_its_object_but_not_other_settings(
    engine: Engine, tmp_path: Path
) -> None:
    server = engine(results("酒店"))
    hits = await CachedSearch(provider(), tmp_path / "cache").search("酒店", 3)
    assert await CachedSearch(provider(), tmp_path / "cache").search("酒店", 3) == hits
    assert len(server.requests) == 1
    chinese = DdgsProvider(language="zh", backends="duckduckgo")
    await CachedSearch(chinese, tmp_path / "cache").search("酒店", 3)
    assert len(server.requests) == 2


async def test_empty_answers_are_not_kept(engine: Engine) -> None:
    engine(in_turn(results(), results("Hotel")))
    cached = CachedSearch(provider(attempts=1))
    assert await cached.search("hotel", 3) == []
    assert len(await cached.search("hotel", 3)) == 1


async def test_an_unknown_engine_is_named_with_its_neighbours() -> None:
    with pytest.raises(UsageError, match=r"no search engine is called 'duckduck'; .*duckduckgo"):
        await DdgsProvider(backends="auto, duckduck").search("hotel", 3)


def test_the_region_follows_the_language() -> None:
    assert [DdgsProvider(language=code).region for code in ("en", "zh", "xx")] == [
        "us-en",
        "cn-zh",
        "us-en",
    ]


async def test_the_tool_lists_hits_for_both_kinds_of_caller(engine: Engine) -> None:
    engine(results("Hotel caps", "Taxi"))
    tool = web_search(CachedSearch(provider()), limit=2)
    await check_tool(tool, {"query": "hotel"})
    assert (await tool.ainvoke({"query": "hotel"})).splitlines()[:3] == [
        "Hotel caps",
        "https://example.org/0",
        "About Hotel caps",
    ]


class Fixed:
    """A provider as a plugin would bring it."""

    def __init__(self, language: str) -> None:
        self.name = f"fixed:{language}"

    async def search(self, query: str, limit: int) -> list[SearchHit]:
        return [SearchHit(title=query, address="https://example.org/")][:limit]


async def test_providers_plug_in_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("fixed", "plugin:Fixed", "trialogue.search")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point])
    monkeypatch.setattr(EntryPoint, "load", lambda self: Fixed)
    made: SearchProvider = search_provider("fixed", language="zh")
    assert made.name == "fixed:zh"
    await check_search_provider(made)


def test_an_unknown_provider_is_named_with_its_neighbours() -> None:
    with pytest.raises(UsageError, match="did you mean ddgs"):
        search_provider("dgs")


async def test_the_contract_finds_faults() -> None:
    class Greedy(Fixed):
        async def search(self, query: str, limit: int) -> list[SearchHit]:
            return [SearchHit(title="x", address="y")] * 9

    with pytest.raises(AssertionError, match="keeps to the limit"):
        await check_search_provider(Greedy("en"))
