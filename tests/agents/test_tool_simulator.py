"""Tools that a model plays: held to their schema, and to what was said before."""

import json
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openai_server import OpenAIServer, Reply, refusal
from toolset_maker import TEXT, WHOLE, made, takes, tool

from trialogue.agents.caller import Caller, ModelSpec
from trialogue.agents.limits import Limits
from trialogue.agents.tool_past import Past, corrected
from trialogue.agents.tool_simulator import ROLE
from trialogue.agents.toolbox import Toolbox
from trialogue.agents.toolset_tools import ToolsetTools
from trialogue.agents.writer import Writer
from trialogue.errors import EndpointError, LimitReached, UsageError
from trialogue.memory.journal import Journal
from trialogue.tools.contract import check_tool

TODAY = date(2026, 3, 9)
ORDER = {
    "type": "object",
    "properties": {
        "order_id": TEXT,
        "state": {"enum": ["open", "sent"]},
        "total": {"type": "number"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
    },
    "required": ["order_id", "state"],
    "$defs": {"line": {"type": "object", "properties": {"id": WHOLE, "what": TEXT}}},
}
PLAYED = (
    tool("get_order", None, takes(order_id=TEXT), ORDER),
    tool("search_orders", None, takes("state"), {"type": "array", "items": {"type": "object"}}),
    tool("update_order", None, takes(order_id=TEXT, state=TEXT)),
)


class Played:
    """A toolset on a server that answers from a list."""

    def __init__(self, server: OpenAIServer, writer: Writer) -> None:
        self.server, self.writer = server, writer
        self.tools = ToolsetTools(made(*PLAYED), today=TODAY)
        self.box = Toolbox(self.tools.tools_for("one", writer))
        self.calls = 0

    async def __call__(self, name: str, /, **arguments: Any) -> Any:
        self.calls += 1
        called = await self.box.call(name, arguments, self.writer, ("call", self.calls))
        assert called.name == name
        text = called.result
        return text if text.startswith("error: ") else json.loads(text)

    def again(self) -> "Played":
        """The same from the beginning, as on a replay."""
        return Played(self.server, Writer(self.writer.caller, "en", seed=7))

    def asked(self) -> list[str]:
        return [request["messages"][-1]["content"] for request in self.server.requests]


Start = Callable[[Iterable[Any]], Played]


@pytest.fixture
async def start(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> AsyncIterator[Callable[..., Played]]:
    """Starts a server with its answers: results, or whole replies."""
    journal = Journal(tmp_path / "journal.sqlite")
    callers: list[Caller] = []

    def begin(answers: Iterable[Any], **limits: Any) -> Played:
        given = iter(answers)

        def reply(_: Any) -> Reply | str:
            answer = next(given)
            ready = isinstance(answer, Reply | str)
            return answer if ready else json.dumps({"result": answer})

        server = openai_server(reply)
        spec = ModelSpec(name="openai:simulated", base_url=server.base_url)

        async def no_wait(_: float) -> None: ...

        caller = Caller({ROLE: spec}, journal, limits=Limits(**limits), sleep=no_wait)
        callers.append(caller)
        return Played(server, Writer(caller, "en", seed=7))

    yield begin
    for caller in callers:
        await caller.aclose()
    journal.close()


OPEN = {"order_id": "A7", "state": "open", "total": 12.5, "lines": [{"id": 1, "what": "tea"}]}


async def test_the_answer_is_the_models_and_was_asked_for_with_the_schema(start: Start) -> None:
    played = start([OPEN])
    assert await played("get_order", order_id="A7") == OPEN
    form = played.server.requests[0]["response_format"]["json_schema"]["schema"]
    result = form["properties"]["result"]
    assert result["properties"]["state"]["enum"] == ["open", "sent"]
    assert result["properties"]["lines"]["items"]["properties"]["what"] == {"type": "string"}
    (asked,) = played.asked()
    assert '{"order_id": "A7"}' in asked
    assert "a shop" in asked
    assert "get_order: Does get_order." in asked


async def test_the_same_look_up_costs_nothing_until_something_is_written(start: Start) -> None:
    sent = {**OPEN, "state": "sent"}
    played = start([OPEN, {"order_id": "A7", "state": "sent"}, sent])
    for _ in range(3):
        assert await played("get_order", order_id="A7") == OPEN
    assert len(played.server.requests) == 1
    await played("update_order", order_id="A7", state="sent")
    assert await played("get_order", order_id="A7") == sent
    assert len(played.server.requests) == 3
    assert 'update_order({"order_id": "A7", "state": "sent"})' in played.asked()[-1]


@pytest.mark.parametrize(
    "broken",
    [
        '{"result": {"order_id": "A7", ',
        "no JSON at all",
        '{"result": {"order_id": "A7"}}',
        '{"result": {"order_id": "A7", "state": "lost"}}',
        '{"result": [1]}',
        '{"answer": {}}',
    ],
)
async def test_a_broken_answer_is_mended_once(start: Start, broken: str) -> None:
    played = start([broken, OPEN])
    assert await played("get_order", order_id="A7") == OPEN
    assert "can't be used" in played.asked()[1]


async def test_what_stays_broken_is_an_error_to_read(start: Start) -> None:
    played = start(["nothing", "nothing", OPEN])
    said = await played("get_order", order_id="A7")
    assert said == "error: get_order gave no usable result; it may be tried again"
    assert await played("get_order", order_id="A7") == OPEN


async def test_a_contradiction_is_asked_about_once_and_heeded(start: Start) -> None:
    listed = [{"order_id": "A7", "total": 99}, {"order_id": "B1", "total": 3}]
    mended = [{"order_id": "A7", "total": 12.5}, {"order_id": "B1", "total": 3}]
    played = start([OPEN, listed, mended])
    await played("get_order", order_id="A7")
    assert await played("search_orders") == mended
    assert "<known>total of order A7 is 12.5, not 99</known>" in played.asked()[-1]
    assert played.writer.tally.rewritten["simulate"] == 1
    assert played.writer.tally.faulty["simulate"] == 0


async def test_a_contradiction_that_stays_is_corrected_and_counted(start: Start) -> None:
    listed = [{"order_id": "A7", "total": 99, "new": True}]
    played = start([OPEN, listed, listed])
    await played("get_order", order_id="A7")
    assert await played("search_orders") == [{"order_id": "A7", "total": 12.5, "new": True}]
    assert played.writer.tally.faulty["simulate"] == 1


async def test_an_answer_is_about_what_was_asked_for(start: Start) -> None:
    other = {**OPEN, "order_id": "Z9"}
    played = start([other, other])
    assert await played("get_order", order_id="A7") == OPEN


async def test_a_replay_needs_no_model_and_comes_to_the_same_state(start: Start) -> None:
    played = start([OPEN, {"order_id": "A7", "state": "sent"}, [{"order_id": "A7", "total": 5}]])
    script: list[tuple[str, dict[str, Any]]] = [
        ("get_order", {"order_id": "A7"}),
        ("update_order", {"order_id": "A7", "state": "sent"}),
    ]
    results = [await played(name, **arguments) for name, arguments in script]
    again = played.again()
    assert [await again(name, **arguments) for name, arguments in script] == results
    assert len(played.server.requests) == 2
    assert (await again("search_orders"))[0]["total"] == 5
    assert 'get_order({"order_id": "A7"})' in played.asked()[-1]


async def test_unfit_arguments_cost_no_model(start: Start) -> None:
    played = start([])
    assert "'order_id' is a required property" in await played("get_order")
    assert "no argument is called 'x'" in await played("get_order", order_id="A7", x=1)
    assert played.server.requests == []


async def test_what_ends_a_run_is_raised(start: Callable[..., Played]) -> None:
    with pytest.raises(LimitReached):
        await start([OPEN], calls=0)("get_order", order_id="A7")
    with pytest.raises(EndpointError):
        await start([refusal(400, "odd")] * 9)("get_order", order_id="B1")


async def test_dialogues_share_nothing(start: Start) -> None:
    played = start([OPEN, {**OPEN, "total": 1}])
    await played("get_order", order_id="A7")
    other = Toolbox(played.tools.tools_for("two", Writer(played.writer.caller, "en", seed=8)))
    called = await other.call("get_order", {"order_id": "A7"}, played.writer, ("other",))
    assert json.loads(called.result)["total"] == 1


async def test_tools_of_both_kinds_know_of_each_other(
    start: Start, openai_server: Callable[..., OpenAIServer]
) -> None:
    played = start([{"sent": True}, [{"stock_id": 1}]])
    both = made(
        tool("get_stock", "SELECT * FROM stock WHERE code = :code", takes(code=TEXT)),
        tool("delete_stock", "DELETE FROM stock WHERE code = :code", takes(code=TEXT)),
        tool("send_letter", None, takes(to=TEXT), {"type": "object"}),
    )
    with ToolsetTools(both, today=TODAY) as tools:
        assert tools.simulated
        box = Toolbox(tools.tools_for("one", played.writer))
        await box.call("delete_stock", {"code": "A1"}, played.writer, ("a",))
        await box.call("send_letter", {"to": "Ulm"}, played.writer, ("b",))
        assert 'delete_stock({"code": "A1"}) -> {"affected": 1}' in played.asked()[-1]
        with pytest.raises(UsageError, match="a model must play it"):
            tools.tools_for("two")


async def test_executed_tools_are_called_again_on_a_replay(start: Start) -> None:
    writer = start([]).writer
    script = [("delete_stock", {"code": "A1"}), ("count_forever", {}), ("list_stock", {})]

    async def run(tools: ToolsetTools, script: list[Any]) -> list[str]:
        box = Toolbox(tools.tools_for("one", writer))
        calls = [
            await box.call(name, arguments, writer, ("call", number))
            for number, (name, arguments) in enumerate(script)
        ]
        return [call.result for call in calls]

    with ToolsetTools(made(), today=TODAY) as tools:
        first = await run(tools, script)
        assert first[0] == '{"affected": 1}'
        assert "took longer" in first[1]
        assert "A1" not in first[2]
        tools.close("one")
        again = await run(tools, [*script, ("get_stock", {"code": "A1"})])
    assert again == [*first, "[]"]
    for one in ToolsetTools(made(), today=TODAY).tools_for("one")[:2]:
        await check_tool(one, {})


def test_entities_are_told_apart() -> None:
    past = Past()
    past.note("list_loans", {}, '{"loans": [{"id": 1, "book": {"id": 1, "title": "Sea"}}]}')
    past.note("find_similar_books", {"book_id": 1}, '[{"book_id": 2, "title": "Salt"}]')
    assert past.conflicts("get_loan", {"id": 1}, {"id": 1, "title": "x"}) == []
    assert past.conflicts("find_similar_books", {"book_id": 1}, [{"book_id": 2}]) == []
    wrong = {"book_id": 1, "title": "Air", "loan": {"id": 1, "book": {"book_id": 2, "title": "No"}}}
    found = past.conflicts("get_book", {"book_id": 1}, wrong)
    assert [conflict.told for conflict in found] == [
        "title of book 1 is 'Sea', not 'Air'",
        "title of book 2 is 'Salt', not 'No'",
    ]
    assert corrected(wrong, found)["loan"]["book"]["title"] == "Salt"
    assert wrong["title"] == "Air"
    past.note("update_book", {"book_id": 1, "title": "Air"}, '{"done": true}')
    assert past.conflicts("get_book", {"book_id": 1}, {"book_id": 1, "title": "Air"}) == []


def test_errors_say_nothing() -> None:
    past = Past()
    past.note("get_book", {"book_id": 1}, '{"book_id": 1, "title": "Sea"}')
    past.note("update_book", {"book_id": 1}, "error: closed")
    assert past.answer("get_book", {"book_id": 1}) is not None
    assert past.conflicts("get_book", {"book_id": 1}, {"title": "Air"})[0].was == "Sea"
