"""Web search: the tool, the providers by name, and the seam to add one.

A provider plugs in by argument or by the entry point group `trialogue.search`, whose objects
take a language code and give a SearchProvider.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from trialogue.errors import UsageError
from trialogue.tools.making import make_tool
from trialogue.tools.plugins import load_plugin, one_line, plugins, unknown_name
from trialogue.tools.search_cache import CachedSearch
from trialogue.tools.search_ddgs import DdgsProvider
from trialogue.tools.search_provider import SearchHit, SearchProvider, SearchUnavailable

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

__all__ = [
    "CachedSearch",
    "DdgsProvider",
    "SearchHit",
    "SearchProvider",
    "SearchUnavailable",
    "search_provider",
    "search_providers",
    "web_search",
]

GROUP = "trialogue.search"


def search_providers() -> dict[str, Callable[[str], SearchProvider]]:
    """Factories by name, each from a language code; plugins are imported when called."""
    found: dict[str, Callable[[str], SearchProvider]] = {
        name: partial(_from_plugin, name) for name in plugins(GROUP)
    }
    return found | {"ddgs": lambda language: DdgsProvider(language=language)}


def _from_plugin(name: str, language: str) -> SearchProvider:
    factory = load_plugin(plugins(GROUP)[name])
    try:
        provider = factory(language)
    except Exception as error:
        raise UsageError(f"search provider {name!r} cannot be made: {one_line(error)}") from error
    if not isinstance(provider, SearchProvider):
        raise UsageError(f"search provider {name!r} has no `name` or no `search`")
    return provider


def search_provider(
    name: str = "ddgs", *, language: str = "en", folder: Path | None = None
) -> SearchProvider:
    """The named provider behind a cache in `folder` (or memory); UsageError for an unknown name."""
    factories = search_providers()
    if name not in factories:
        raise unknown_name("search provider", name, factories)
    return CachedSearch(factories[name](language), folder)


def web_search(provider: SearchProvider, limit: int = 5) -> "BaseTool":
    """The tool `web_search(query)`: at most `limit` results as text, or why there are none."""

    async def search(query: Annotated[str, "What to look for, in a few words"]) -> str:
        try:
            hits = await provider.search(query, limit)
        except SearchUnavailable as error:
            return f"error: {error}"
        return _listed(hits) or f"no results for {query!r}"

    return make_tool(
        search,
        name="web_search",
        description="Searches the web and returns titles, addresses and snippets of pages.",
    )


def _listed(hits: list[SearchHit]) -> str:
    return "\n\n".join(f"{hit.title}\n{hit.address}\n{hit.snippet}".strip() for hit in hits)
