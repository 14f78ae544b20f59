"""Makes a LangChain tool for plain and asynchronous callers out of a coroutine function."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool


def make_tool(
    run: Callable[..., Coroutine[Any, Any, str]], *, name: str, description: str
) -> "BaseTool":
    """A tool whose arguments are those of `run`, as annotated, and whose result is its text."""
    from langchain_core.tools import StructuredTool

    made = StructuredTool.from_function(coroutine=run, name=name, description=description)
    made.func = lambda **arguments: finish(run(**arguments))
    return made


def finish(coroutine: Coroutine[Any, Any, str]) -> str:
    """The coroutine's result; inside a running loop it runs on a loop of its own in a thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
