"""Calls a tool by name so that whatever happens becomes a result to read."""

import asyncio
import copy
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trialogue.records import ToolCall
from trialogue.tools.plain_text import usable, usable_value
from trialogue.tools.plugins import one_line, unknown_name

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool
    from pydantic import ValidationError

LONGEST_RESULT = 8_000


async def call_tool(
    tools: Sequence["BaseTool"],
    name: str,
    arguments: Mapping[str, Any],
    *,
    timeout: float = 30.0,
    limit: int = LONGEST_RESULT,
) -> ToolCall:
    """The call with its result, verbatim up to `limit` characters.

    An unknown tool, unfit arguments, an exception and a call of more than `timeout` seconds
    give a result "error: …" of one line. Only cancellation is raised. NULs and lone surrogates
    are dropped.
    """
    result = await _result({tool.name: tool for tool in tools}, name, arguments, timeout)
    said = usable_value(dict(arguments)) if isinstance(arguments, Mapping) else {}
    return ToolCall(name=name, arguments=said, result=_cut(usable(result), limit))


async def _result(
    tools: Mapping[str, "BaseTool"], name: str, arguments: Any, timeout: float
) -> str:
    from pydantic import ValidationError

    if name not in tools:
        return f"error: {unknown_name('tool', name, tools)}"
    if not isinstance(arguments, Mapping):
        return f"error: {name} was called with unfit arguments: they are not an object"
    within = asyncio.timeout(timeout)
    try:
        async with within:
            return _text(await tools[name].ainvoke(copy.deepcopy(dict(arguments))))
    except ValidationError as error:
        return f"error: {name} was called with unfit arguments: {_faults(error)}"
    except Exception as error:
        if within.expired():
            return f"error: {name} took longer than {timeout:g} s"
        return f"error: {name} failed: {one_line(error)}"


def _text(result: object) -> str:
    if isinstance(result, str):
        return result
    return json.dumps(result, ensure_ascii=False, default=str)


def _faults(error: "ValidationError") -> str:
    faults = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return " ".join("; ".join(faults).split())[:300]


def _cut(text: str, limit: int) -> str:
    note = f"… (cut to {limit} characters)"
    return text if len(text) <= limit else text[: limit - len(note)] + note
