"""Tools by name, plugged in or built in, and calls that always end in a result."""

import asyncio
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.tools import BaseTool, ToolException, tool
from word_embedder import WordEmbedder

from trialogue.errors import UsageError
from trialogue.records import Passage
from trialogue.tools.contract import check_tool
from trialogue.tools.documents import DocumentIndex
from trialogue.tools.registry import (
    ToolContext,
    available_tools,
    call_tool,
    resolve,
)

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

CONTEXT = ToolContext(today=date(2026, 3, 16))
BUILT_IN = ["calculator", "calendar", "read_page", "search_documents", "web_search"]

PLUGIN = '''
from langchain_core.tools import tool

@tool
def echo(text: str) -> str:
    """Says it again."""
    return text

def weekday(context):
    @tool
    def weekday() -> str:
        """The weekday number."""
        return str(context.today.weekday())
    return weekday

def number(context):
    return 7

def angry(context):
    raise RuntimeError("no\\nluck")
'''
ENTRY_POINTS = """[trialogue.tools]
echo = trialogue_test_plugin:echo
weekday = trialogue_test_plugin:weekday
number = trialogue_test_plugin:number
angry = trialogue_test_plugin:angry
missing = trialogue_test_plugin:missing
absent = trialogue_no_such_module:tool
calculator = trialogue_test_plugin:echo
"""


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed distribution that brings tools, good and broken ones."""
    info = tmp_path / "trialogue_test_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: trialogue-test-plugin\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "trialogue_test_plugin.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "trialogue_test_plugin", raising=False)


def test_the_built_in_tools_are_there() -> None:
    assert set(BUILT_IN) <= set(available_tools())


async def test_built_in_tools_are_made_in_the_order_asked_for(
    chroma_client: "ClientAPI", embedder: WordEmbedder
) -> None:
    rule = Passage(id="1", text="Lunch is 50.", source="rules.md")
    index = DocumentIndex.build([rule], embedder, chroma_client, "registry")
    context = ToolContext(today=CONTEXT.today, index=index)
    names = [*reversed(BUILT_IN), "calculator"]
    tools = resolve(names, context)
    assert [made.name for made in tools] == list(reversed(BUILT_IN))
    found = await call_tool(tools, "search_documents", {"query": "lunch"})
    assert found.result == "[rules.md] Lunch is 50."


def test_unknown_names_are_answered_with_the_nearest() -> None:
    with pytest.raises(
        UsageError, match=r"no tool is called 'calculater'; did you mean calculator"
    ):
        resolve(["calculater"], CONTEXT)
    with pytest.raises(UsageError, match=r"there are .*calculator.*web_search"):
        resolve(["zzzz"], CONTEXT)


def test_searching_documents_needs_documents() -> None:
    with pytest.raises(UsageError, match="search_documents needs documents"):
        resolve(["search_documents"], CONTEXT)


@pytest.mark.usefixtures("plugged")
async def test_plugins_are_listed_without_being_imported_and_then_work() -> None:
    assert {"echo", "weekday", "absent", "missing"} <= set(available_tools())
    assert "trialogue_test_plugin" not in sys.modules
    echo, weekday, calculator = resolve(["echo", "weekday", "calculator"], CONTEXT)
    await check_tool(echo, {"text": "Hello"})
    await check_tool(weekday, {})
    assert await calculator.ainvoke({"expression": "1+1"}) == "2"


@pytest.mark.usefixtures("plugged")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("absent", "plugin 'absent' .* cannot be loaded: ModuleNotFoundError"),
        ("missing", "plugin 'missing' .* cannot be loaded: AttributeError"),
        ("number", "tool 'number' is a int, not a LangChain tool"),
        ("angry", "tool 'angry' cannot be made: RuntimeError: no luck"),
    ],
)
def test_a_broken_plugin_is_named_and_stops_no_other(name: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        resolve([name], CONTEXT)
    assert len(resolve(["echo", "calendar"], CONTEXT)) == 2


@tool
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@tool
async def wait_for_ever() -> str:
    """Never answers."""
    await asyncio.Event().wait()
    return "never"


@tool
def fails(how: str) -> str:
    """Fails."""
    kinds = {"tool": ToolException, "time": TimeoutError}
    raise kinds.get(how, RuntimeError)("one\ntwo")


@tool
def structured() -> dict[str, Any]:
    """Gives more than text."""
    return {"城市": ["北京", date(2026, 3, 4)]}


@tool
def spoils(rows: list[int]) -> str:
    """Changes what it was given."""
    rows.clear()
    return "x" * 9_000


TOOLS: list[BaseTool] = [add, wait_for_ever, fails, structured, spoils]


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("add", {"a": 1, "b": 2}, "3"),
        ("structured", {}, '{"城市": ["北京", "2026-03-04"]}'),
        ("ad", {}, "error: no tool is called 'ad'; did you mean add?"),
        ("add", {"a": 1}, "error: add was called with unfit arguments: b: Field required"),
        ("fails", {"how": "tool"}, "error: fails failed: ToolException: one two"),
        ("fails", {"how": "time"}, "error: fails failed: TimeoutError: one two"),
        ("fails", {"how": ""}, "error: fails failed: RuntimeError: one two"),
    ],
)
async def test_a_call_ends_in_a_result(name: str, arguments: dict[str, Any], result: str) -> None:
    call = await call_tool(TOOLS, name, arguments)
    assert (call.name, call.arguments, call.result) == (name, arguments, result)


async def test_a_call_that_takes_too_long_says_so() -> None:
    call = await call_tool(TOOLS, "wait_for_ever", {}, timeout=0.05)
    assert call.result == "error: wait_for_ever took longer than 0.05 s"


async def test_the_record_keeps_the_arguments_as_given_and_the_result_within_its_limit() -> None:
    rows = [1, 2]
    call = await call_tool(TOOLS, "spoils", {"rows": rows}, limit=100)
    assert call.arguments == {"rows": [1, 2]} == {"rows": rows}
    assert call.result.startswith("xxx")
    assert call.result.endswith("… (cut to 100 characters)")
    assert len(call.result) == 100


async def test_cancelling_a_call_is_not_swallowed() -> None:
    task = asyncio.create_task(call_tool(TOOLS, "wait_for_ever", {}))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_contract_finds_faults() -> None:
    with pytest.raises(AssertionError, match="fit arguments are accepted"):
        await check_tool(add, {"a": "x"})


def test_plain_callers_are_served_inside_and_outside_a_loop() -> None:
    made = resolve(["calculator"], CONTEXT)[0]

    async def inside(call: Callable[..., Any]) -> Any:
        return call({"expression": "2*3"})

    assert made.invoke({"expression": "2*3"}) == "6"
    assert asyncio.run(inside(made.invoke)) == "6"
