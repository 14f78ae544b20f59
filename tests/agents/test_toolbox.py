from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel

from trialogue.agents.caller import Caller
from trialogue.agents.toolbox import Toolbox
from trialogue.agents.writer import Writer
from trialogue.memory.journal import Journal

PATH = ("act", 0)
LISTED = {
    "type": "object",
    "properties": {"city": {"$ref": "#/$defs/City"}, "days": {"type": "integer"}},
    "required": ["city"],
    "$defs": {"City": {"type": "string", "enum": ["Lyon", "Ulm"]}},
}


class Counter:
    """A tool's function whose answer is another at every call."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, **given: Any) -> str:
        self.calls += 1
        return f"answer {self.calls}"


def tool(function: Any, schema: Any) -> BaseTool:
    return StructuredTool(name="ask", description="Asks.", func=function, args_schema=schema)


def decided(toolbox: Toolbox, **arguments: Any) -> BaseModel:
    return toolbox.schema.model_validate({"call": {"tool": "ask", "arguments": arguments}})


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    """A writer whose journal lies in `tmp_path`."""
    with Journal(tmp_path / "journal.sqlite") as journal:
        async with Caller({}, journal) as caller:
            yield Writer(caller, "en", seed=7)


async def test_a_tool_is_called_once_for_a_place(writer: Writer, tmp_path: Path) -> None:
    counter = Counter()
    toolbox = Toolbox([tool(counter, LISTED)])
    first = await toolbox.call("ask", {"city": "Ulm"}, writer, PATH)
    with Journal(tmp_path / "journal.sqlite") as again:
        later = Writer(Caller({}, again), "en", seed=7)
        assert await toolbox.call("ask", {"city": "Ulm"}, later, PATH) == first
    assert (first.result, counter.calls) == ("answer 1", 1)


@pytest.mark.parametrize(
    ("seed", "path", "city"), [(8, PATH, "Ulm"), (7, ("act", 1), "Ulm"), (7, PATH, "Lyon")]
)
async def test_another_place_is_another_call(
    writer: Writer, seed: int, path: tuple[str, int], city: str
) -> None:
    toolbox = Toolbox([tool(Counter(), LISTED)])
    await toolbox.call("ask", {"city": "Ulm"}, writer, PATH)
    other = Writer(writer.caller, "en", seed=seed)
    assert (await toolbox.call("ask", {"city": city}, other, path)).result == "answer 2"


async def test_arguments_as_json_schema(writer: Writer) -> None:
    toolbox = Toolbox([tool(Counter(), LISTED)])
    schema = str(toolbox.schema.model_json_schema())
    assert "'enum': ['Lyon', 'Ulm']" in schema
    assert "City" not in schema
    assert "- ask(city, days): Asks." in toolbox.described
    called = await toolbox.carry_out(decided(toolbox, city="Ulm"), writer, PATH)
    assert called is not None
    assert (called.arguments, called.result) == ({"city": "Ulm"}, "answer 1")


async def test_a_json_schema_without_arguments(writer: Writer) -> None:
    toolbox = Toolbox([tool(Counter(), {"type": "object"})])
    assert "- ask(): Asks." in toolbox.described
    called = await toolbox.carry_out(decided(toolbox), writer, PATH)
    assert called is not None
    assert called.result == "answer 1"


@pytest.mark.parametrize("arguments", ["Ulm", ["Ulm"], 3, None])
async def test_arguments_that_are_no_object_are_an_error(writer: Writer, arguments: Any) -> None:
    called = await Toolbox([tool(Counter(), LISTED)]).call("ask", arguments, writer, PATH)
    assert called.result.startswith("error: ask was called with unfit arguments")
    assert called.arguments == {}


async def test_what_no_file_can_carry_is_dropped(writer: Writer) -> None:
    toolbox = Toolbox([tool(lambda city: f"\0{city}\ud800!", LISTED)])
    called = await toolbox.call("ask", {"city": "U\udc00lm"}, writer, PATH)
    assert (called.arguments, called.result) == ({"city": "Ulm"}, "Ulm!")
    assert called.model_dump_json().encode()
