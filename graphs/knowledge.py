"""External knowledge K (METHOD §1.1): keywords → search → read → keep."""

import asyncio
from pathlib import Path
from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from trialogue.agents.librarian import propose_keywords
from trialogue.graphs.context import Context
from trialogue.graphs.traced import Graph
from trialogue.records import Passage
from trialogue.tools.documents import Document, load_documents, split
from trialogue.tools.page import Page, PageRefused
from trialogue.tools.reader import read_page
from trialogue.tools.search import SearchHit, SearchProvider, SearchUnavailable


class State(TypedDict):
    """Nothing goes in; `passages` come out, with what could not be read in `problems`."""

    keywords: tuple[str, ...]
    hits: tuple[SearchHit, ...]
    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    problems: tuple[str, ...]


class Update(TypedDict, total=False):
    """What a node may change."""

    keywords: tuple[str, ...]
    hits: tuple[SearchHit, ...]
    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    problems: tuple[str, ...]


async def choose_keywords(state: State, runtime: Runtime[Context]) -> Update:
    """The lexicon, and the model's proposals where there is a search engine to use them."""
    context = runtime.context
    if context.search is None:
        return {"keywords": context.scenario.lexicon}
    return {"keywords": await propose_keywords(context.writer("knowledge"), context.scenario)}


async def search_web(state: State, runtime: Runtime[Context]) -> Update:
    """The first pages found for every keyword, each address once."""
    context, problems = runtime.context, list(state.get("problems", ()))
    found: dict[str, SearchHit] = {}
    if context.search is None:
        return {"hits": ()}
    down = ""
    for keyword in state["keywords"]:
        hits = await _hits(context, context.search, keyword, down)
        if isinstance(hits, str):
            down = hits
            problems.append(hits)
        else:
            found |= {hit.address: hit for hit in hits if hit.address not in found}
    return {"hits": tuple(found.values()), "problems": tuple(dict.fromkeys(problems))}


async def _hits(
    context: Context, search: SearchProvider, keyword: str, down: str
) -> list[SearchHit] | str:
    """What is found for a keyword, or why nothing is; both as they were at first.

    `down` is why an earlier search failed: this one is not tried then.
    """
    known = context.remembered("search", context.options.pages, keyword)
    if isinstance(known, str):
        return known
    if known is not None:
        return [SearchHit.model_validate(hit) for hit in known]
    hits: list[SearchHit] | str = down
    if not down:
        try:
            hits = await search.search(keyword, context.options.pages)
        except SearchUnavailable as error:
            hits = str(error)
    kept = hits if isinstance(hits, str) else [hit.model_dump(mode="json") for hit in hits]
    context.remember(kept, "search", context.options.pages, keyword)
    return hits


async def read_sources(state: State, runtime: Runtime[Context]) -> Update:
    """The scenario's own documents and the main text of the pages found."""
    paths = [Path(path) for path in runtime.context.documents]
    problems = list(state.get("problems", ()))
    documents: list[Document] = []
    if paths:
        loaded = await asyncio.to_thread(load_documents, paths)
        documents += loaded.documents
        problems += loaded.problems
    for hit in state["hits"]:
        page = await _page(runtime.context, hit.address)
        if isinstance(page, Page):
            documents.append(Document(source=page.address, title=page.title, text=page.text))
        else:
            problems.append(page)
    return {"documents": tuple(documents), "problems": tuple(problems)}


async def _page(context: Context, address: str) -> Page | str:
    """The page, or why it is not read; both as they were when the run first asked."""
    known = context.remembered("page", address)
    if known is not None:
        return known if isinstance(known, str) else Page.model_validate(known)
    try:
        page = await read_page(address)
    except PageRefused as error:
        context.remember(str(error), "page", address)
        return str(error)
    context.remember(page.model_dump(mode="json"), "page", address)
    return page


async def keep_passages(state: State, runtime: Runtime[Context]) -> Update:
    """Split, embed and keep everything with its source address."""
    passages = tuple(passage for document in state["documents"] for passage in split(document))
    await runtime.context.shelf.fill(passages)
    return {"passages": passages}


def build() -> StateGraph[State, Context, State, State]:
    """The graph, not compiled."""
    graph = Graph(State)
    graph.add_node("keywords", choose_keywords)
    graph.add_node("search", search_web)
    graph.add_node("read", read_sources)
    graph.add_node("keep", keep_passages)
    graph.add_edge(START, "keywords")
    graph.add_edge("keywords", "search")
    graph.add_edge("search", "read")
    graph.add_edge("read", "keep")
    graph.add_edge("keep", END)
    return graph
