"""Tools by name, built in or plugged in, and the one way to call them.

A tool plugs in by the entry point group `trialogue.tools`: a BaseTool, or a function from
ToolContext to a BaseTool. Built-in names cannot be taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from trialogue.errors import UsageError
from trialogue.tools.calculator import calculator
from trialogue.tools.calendar_tool import calendar
from trialogue.tools.calling import call_tool
from trialogue.tools.documents import DocumentIndex, document_search
from trialogue.tools.plugins import load_plugin, one_line, plugins, unknown_name
from trialogue.tools.reader import ReaderLimits, page_reader
from trialogue.tools.search import SearchProvider, search_provider, web_search

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

__all__ = [
    "ToolContext",
    "ToolFactory",
    "available_tools",
    "call_tool",
    "resolve",
]

GROUP = "trialogue.tools"


@dataclass(frozen=True)
class ToolContext:
    """What tools are made from; each takes what it needs.

    `today` replaces the clock. `search` None means `ddgs` in the language, remembered in
    memory. `allow_private` lets the page reader into private networks. `own` are tools given by
    argument; they go before plugins of the same name.
    """

    today: date
    language: str = "en"
    index: DocumentIndex | None = None
    search: SearchProvider | None = None
    passages: int = 3
    results: int = 5
    reader_limits: ReaderLimits | None = None
    allow_private: bool = False
    own: tuple["BaseTool", ...] = ()


ToolFactory = Callable[[ToolContext], "BaseTool"]


def available_tools() -> dict[str, ToolFactory]:
    """Every tool's factory by name; a plugin is imported when its factory is called."""
    found: dict[str, ToolFactory] = {name: partial(_plugged, name) for name in plugins(GROUP)}
    return found | BUILT_IN


def resolve(names: Sequence[str], context: ToolContext) -> list["BaseTool"]:
    """The named tools in the order given; UsageError for an unknown name or a broken plugin."""
    factories = BUILT_IN | {tool.name: _as_it_is(tool) for tool in context.own}
    if not factories.keys() >= set(names):  # only then is it worth a look at what is installed
        factories = available_tools() | factories
    unknown = next((name for name in names if name not in factories), None)
    if unknown is not None:
        raise unknown_name("tool", unknown, factories)
    return [factories[name](context) for name in dict.fromkeys(names)]


def _as_it_is(tool: "BaseTool") -> ToolFactory:
    return lambda context: tool


def _plugged(name: str, context: ToolContext) -> "BaseTool":
    from langchain_core.tools import BaseTool

    made = load_plugin(plugins(GROUP)[name])
    if not isinstance(made, BaseTool):
        try:
            made = made(context)
        except Exception as error:
            raise UsageError(f"tool {name!r} cannot be made: {one_line(error)}") from error
    if not isinstance(made, BaseTool):
        raise UsageError(f"tool {name!r} is a {type(made).__name__}, not a LangChain tool")
    return made


def _web_search(context: ToolContext) -> "BaseTool":
    provider = context.search or search_provider(language=context.language)
    return web_search(provider, context.results)


def _read_page(context: ToolContext) -> "BaseTool":
    return page_reader(limits=context.reader_limits, allow_private=context.allow_private)


def _search_documents(context: ToolContext) -> "BaseTool":
    if context.index is None:
        raise UsageError("the tool search_documents needs documents; name a file or folder")
    return document_search(context.index, context.passages)


BUILT_IN: dict[str, ToolFactory] = {
    "web_search": _web_search,
    "read_page": _read_page,
    "search_documents": _search_documents,
    "calculator": lambda context: calculator(),
    "calendar": lambda context: calendar(context.today),
}
