"""What every plugged-in tool and search provider must do; its author can run these in a test.

Each raises AssertionError with the sentence that does not hold.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trialogue.tools.calling import call_tool
from trialogue.tools.search_provider import SearchHit, SearchProvider, SearchUnavailable
from trialogue.tools.toolset_tool import stateful

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool


async def check_tool(tool: "BaseTool", arguments: Mapping[str, Any]) -> None:
    """`arguments` must be fit: the tool then gives the same text plainly and asynchronously.

    The text of a stateful tool may differ: each call meets what the one before left.
    """
    assert tool.name, "a tool has a name"
    assert tool.description, "a tool has a description"
    assert tool.get_input_jsonschema(), "a tool describes its arguments"
    call = await call_tool([tool], tool.name, arguments)
    assert call.result, "a tool answers with text"
    assert not call.result.startswith("error:"), f"fit arguments are accepted: {call.result}"
    plain = await asyncio.to_thread(tool.invoke, dict(arguments))
    again = await tool.ainvoke(dict(arguments))
    assert stateful(tool) or str(plain) == str(again), (
        "a tool gives the same answer to plain and asynchronous callers"
    )


async def check_search_provider(provider: SearchProvider, query: str = "weather") -> None:
    """A provider has a name and gives at most the hits asked for, or says it is unavailable."""
    assert isinstance(provider, SearchProvider), "a provider has `name` and `search`"
    assert provider.name, "a provider's name is not empty"
    try:
        hits = await provider.search(query, 2)
    except SearchUnavailable:
        return
    assert len(hits) <= 2, "a provider keeps to the limit"
    assert all(isinstance(hit, SearchHit) and hit.address for hit in hits), "hits have addresses"
