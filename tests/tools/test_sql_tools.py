"""Tools that are SQL, on a real SQLite and a real DuckDB."""

import asyncio
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toolset_maker import BRANCHES, STOCK, TEXT, TOOLS, made, takes, tool

from trialogue.errors import UsageError
from trialogue.records import Toolset
from trialogue.tools.contract import check_tool
from trialogue.tools.sql_limits import SqlLimits
from trialogue.tools.sql_tools import SqlTools

TODAY = date(2026, 3, 9)
ENGINES = (None, "duckdb://")
Open = Callable[..., SqlTools]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Makes SqlTools of a toolset, closed at the end."""
    made_here: list[SqlTools] = []

    def start(toolset: Toolset, **limits: Any) -> SqlTools:
        made_here.append(SqlTools(toolset, today=TODAY, limits=SqlLimits(**limits)))
        return made_here[-1]

    yield start
    for tools in made_here:
        tools.close_all()


@pytest.fixture(params=ENGINES, ids=["sqlite", "duckdb"])
def shop(request: pytest.FixtureRequest, opened: Open) -> SqlTools:
    return opened(made(url=request.param), seconds=1.0)


async def call(tools: SqlTools, name: str, key: str = "one", /, **arguments: Any) -> Any:
    """A call's result, read."""
    text = await tools.answer(key, name, arguments)
    return text if text.startswith("error: ") else json.loads(text)


async def test_rows_come_as_they_were_laid_out(shop: SqlTools) -> None:
    assert await call(shop, "list_branches") == [
        {"id": 1, "town": "Köln", "part_of": None},
        {"id": 2, "town": "Ulm", "part_of": 1},
    ]
    text = await shop.answer("one", "list_stock", {})
    assert text == (
        '[{"code": "A1", "branch": 1, "state": "new", "price": 12.5, "since": "2026-01-02", '
        '"on_sale": true}, {"code": "B2", "branch": 2, "state": "it\'s gone", "price": 0.1, '
        '"since": null, "on_sale": false}]'
    )


async def test_what_is_written_is_read_again(shop: SqlTools) -> None:
    assert await call(shop, "create_branch", town="Bonn") == {"affected": 1, "rows": [{"id": 3}]}
    assert await call(shop, "create_stock", code="C3", branch=3, state="used") == {"affected": 1}
    assert await call(shop, "get_stock", code="C3") == [
        {"code": "C3", "branch": 3, "state": "used"}
        | {"price": 1, "since": "2026-03-09", "on_sale": False}
    ]
    assert await call(shop, "update_price", code="C3", by=0.2) == {"affected": 1}
    assert await call(shop, "total") == [{"sum": 13.8, "n": 3, "last": "2026-03-09"}]
    assert await call(shop, "delete_stock", code="A1") == {"affected": 1}
    assert await call(shop, "delete_stock", code="A1") == {"affected": 0}
    assert await call(shop, "get_stock", code="A1") == []


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("create_stock", {"code": "A1", "branch": 1, "state": "new"}, "(?i)unique|duplicate"),
        ("create_stock", {"code": "D4", "branch": 99, "state": "new"}, "(?i)foreign key"),
        ("create_stock", {"code": "D4", "branch": 1, "state": "odd"}, "CHECK"),
        ("create_branch", {"town": "Bonn", "part_of": 9}, "(?i)foreign key"),
        ("delete_branch", {"id": 1}, "(?i)foreign key"),
        ("get_stock", {}, "'code' is a required property"),
        ("get_stock", {"code": 5}, "code: 5 is not of type 'string'"),
        ("get_stock", {"code": "A1", "price": 1}, "no argument is called 'price'; there are code"),
        ("delete_branch", {"id": 2**80}, "is too large a number"),
        ("count_forever", {}, "count_forever took longer than 1 s"),
    ],
)
async def test_what_fails_is_a_line_and_changes_nothing(
    shop: SqlTools, name: str, arguments: dict[str, Any], said: str
) -> None:
    before = await call(shop, "list_stock"), await call(shop, "list_branches")
    result = await shop.answer("one", name, arguments)
    assert result.startswith("error: ")
    assert re.search(said, result), result
    assert "\n" not in result
    assert (await call(shop, "list_stock"), await call(shop, "list_branches")) == before


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE stock; --", "A1' OR '1'='1", ":code", "%s", "\\", "\0A1", "\udc00", ""]
)
async def test_an_argument_is_only_a_value(shop: SqlTools, text: str) -> None:
    plain = text.replace("\0", "").replace("\udc00", "")
    found = await call(shop, "get_stock", code=text)
    assert [row["code"] for row in found] == (["A1"] if plain == "A1" else [])
    await call(shop, "create_branch", town=text)
    kept = (await call(shop, "list_branches"))[-1]["town"]
    assert kept == plain
    assert len(await call(shop, "list_stock")) == 2


async def test_a_dialogue_keeps_its_state_and_shares_none(shop: SqlTools) -> None:
    await call(shop, "delete_stock", "one", code="A1")
    first = {one.name: one for one in shop.tools_for("one")}
    second = {one.name: one for one in shop.tools_for("two")}
    assert len(json.loads(await first["list_stock"].ainvoke({}))) == 1
    assert len(json.loads(await second["list_stock"].ainvoke({}))) == 2
    shop.close("one")
    assert len(json.loads(await first["list_stock"].ainvoke({}))) == 2


async def test_the_tools_are_langchain_tools(shop: SqlTools) -> None:
    tools = shop.tools_for("one")
    assert [one.name for one in tools] == [spec.name for spec in TOOLS]
    for one, arguments in zip(tools[:4], ({}, {}, {"code": "A1"}, {"town": "x"}), strict=True):
        await check_tool(one, arguments)
    assert tools[2].invoke({"code": "A1"}) == await tools[2].ainvoke({"code": "A1"})


Call = tuple[str, dict[str, Any]]
CALLS = st.one_of(
    st.tuples(st.just("create_branch"), st.fixed_dictionaries({"town": st.sampled_from("abc")})),
    st.tuples(
        st.just("create_stock"),
        st.fixed_dictionaries(
            {
                "code": st.sampled_from(["A1", "C3", "D4"]),
                "branch": st.integers(0, 5),
                "state": st.sampled_from(["new", "used", "odd"]),
            }
        ),
    ),
    st.tuples(
        st.just("update_price"),
        st.fixed_dictionaries({"code": st.sampled_from(["A1", "C3"]), "by": st.integers(-3, 3)}),
    ),
    st.tuples(
        st.just("delete_stock"), st.fixed_dictionaries({"code": st.sampled_from(["A1", "C3"])})
    ),
    # Never the newest: SQLite would give its number to the next one, DuckDB would not.
    st.tuples(st.just("delete_branch"), st.fixed_dictionaries({"id": st.sampled_from([0, 1])})),
)


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[SqlTools, SqlTools]]:
    lite, duck = (SqlTools(made(url=url), today=TODAY) for url in ENGINES)
    with lite, duck:
        yield lite, duck


@settings(max_examples=40, deadline=None)
@given(calls=st.lists(CALLS, max_size=12))
def test_both_engines_come_to_the_same_state(
    both: tuple[SqlTools, SqlTools], calls: list[Call]
) -> None:
    ends = []
    for tools in both:
        by_name = {one.name: one for one in tools.tools_for("one")}
        results = [by_name[name].invoke(arguments) for name, arguments in calls]
        failed = [result.startswith("error: ") for result in results]
        ends.append((failed, *(by_name[name].invoke({}) for name in ("list_stock", "total"))))
        tools.close("one")
    assert ends[0] == ends[1]


def some_call(random: Random) -> Call:
    name = random.choice(["create_branch", "create_stock", "update_price", "delete_stock", "other"])
    arguments: dict[str, Any] = {
        "create_branch": {"town": f"town {random.randrange(9)}"},
        "create_stock": {
            "code": random.choice("ABCDE"),
            "branch": random.randrange(6),
            "state": random.choice(["new", "used", "odd"]),
        },
        "update_price": {"code": random.choice(["A1", "B2", "A"]), "by": random.random()},
        "delete_stock": {"code": random.choice(["A1", "A", "B"])},
        "other": {"id": random.randrange(6)},
    }
    return name if name != "other" else "delete_branch", arguments[name]


def some_calls(random: Random) -> list[Call]:
    """Twenty calls, some of which must fail, and a look at everything."""
    calls = [some_call(random) for _ in range(20)]
    return [*calls, ("list_stock", {}), ("list_branches", {}), ("total", {})]


async def test_64_dialogues_at_once_end_as_each_alone(shop: SqlTools) -> None:
    scripts = {f"key {n}": some_calls(Random(n)) for n in range(64)}

    async def played(tools: SqlTools, key: str, script: list[Call]) -> list[str]:
        return [await tools.answer(key, name, arguments) for name, arguments in script]

    together = await asyncio.gather(*(played(shop, *item) for item in scripts.items()))
    shop.close("alone")
    for script, results in zip(scripts.values(), together, strict=True):
        assert await played(shop, "alone", script) == results
        shop.close("alone")
    assert len({tuple(results[-3:]) for results in together}) > 32


async def test_more_rows_than_may_be_shown_are_cut_with_a_note(opened: Open) -> None:
    many = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {}) "
    for url in ENGINES:
        tools = opened(
            made(
                tool("list_few", many.format(7) + "SELECT n FROM r ORDER BY n"),
                tool("list_many", many.format(8) + "SELECT n FROM r ORDER BY n"),
                tool("list_long", "SELECT code, code || :text AS t FROM stock", takes("text")),
                url=url,
            ),
            rows=7,
            characters=300,
        )
        assert await call(tools, "list_few") == [{"n": n} for n in range(1, 8)]
        cut = await call(tools, "list_many")
        assert cut == {
            "rows": [{"n": n} for n in range(1, 8)],
            "note": "only the first 7 rows; there are more",
        }
        assert len((await call(tools, "list_long", text="x" * 180))["rows"]) == 1
        error = await call(tools, "list_long", text="x" * 400)
        assert error == "error: one row of the result is too long"


async def test_values_that_json_lacks_and_names_that_repeat(opened: Open) -> None:
    several = "SELECT a.code, b.code, a.price / 3 AS third FROM stock a, stock b ORDER BY 1, 2"
    for url in ENGINES:
        tools = opened(made(tool("pairs", several), url=url))
        first = (await call(tools, "pairs"))[0]
        assert list(first) == ["code", "code_2", "third"]
        assert first["third"] == pytest.approx(12.5 / 3)


async def test_defaults_lists_and_objects_reach_the_statement(opened: Open) -> None:
    parameters = {
        "type": "object",
        "properties": {"a": {**TEXT, "default": "usual"}, "b": {"type": "array"}},
    }
    tools = opened(made(tool("say", "SELECT :a AS a, :b AS b", parameters)))
    assert await call(tools, "say") == [{"a": "usual", "b": None}]
    assert await call(tools, "say", a="x", b=[1, "é"]) == [{"a": "x", "b": '[1, "é"]'}]


async def test_files_of_ones_own_are_copied_and_stay_as_they_are(
    opened: Open, tmp_path: Path
) -> None:
    lite, duck = tmp_path / "own.sqlite", tmp_path / "own.duckdb"
    for connection in (sqlite3.connect(lite), duckdb.connect(str(duck))):
        with closing(connection) as db:
            db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
            db.execute("INSERT INTO t VALUES (1, 'first')")
            db.commit()
    before = lite.read_bytes(), duck.read_bytes()
    spec = (
        tool("list_t", "SELECT * FROM t"),
        tool("delete_t", "DELETE FROM t WHERE id = :id", takes(id={"type": "integer"})),
    )
    for url in (f"sqlite:///{lite}", f"duckdb:///{duck}"):
        tools = opened(made(*spec, url=url, tables=()))
        assert await call(tools, "delete_t", id=1) == {"affected": 1}
        assert await call(tools, "list_t") == []
        assert await call(tools, "list_t", "two") == [{"id": 1, "name": "first"}]
    assert (lite.read_bytes(), duck.read_bytes()) == before


async def test_a_call_after_the_end_says_so(opened: Open) -> None:
    tools = opened(made())
    session = tools._session("one")
    tools.close("one")
    with pytest.raises(Exception, match="is closed"):
        session.check(tools._tools[0].statement)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "sqlite:////nowhere/own.sqlite", "tables": ()}, "cannot be read"),
        ({"url": "duckdb:////nowhere/own.duckdb", "tables": ()}, "no such file"),
        ({"url": "sqlite:///own.sqlite"}, "leave out url or tables"),
        ({"url": "postgresql+psycopg://u:secret@127.0.0.1:1/x"}, "cannot be reached"),
        ({"url": "nosql://x"}, "no SQL dialect is called 'nosql'"),
        ({"url": "mysql+nodriver://u:secret@127.0.0.1/x"}, "url: "),
        ({"tools": (tool("t", "SELECT nothing FROM stock"),)}, "tool t: sql: .*nothing"),
        ({"tools": (tool("t", "SELECT 1 FROM nowhere"),)}, "no table is called 'nowhere'"),
        ({"tools": (tool("t", "SELECT ABS(1, 2)"),)}, "tool t: sql: "),
    ],
)
def test_what_cannot_be_opened_is_one_line(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        SqlTools(made(**given), today=TODAY)
    assert raised.value.exit_code == 2
    assert "\n" not in str(raised.value)
    assert "secret" not in str(raised.value)
    assert str(raised.value).startswith("toolset shop: ")


def test_the_tables_are_laid_out_in_any_order() -> None:
    for url in ENGINES:
        with SqlTools(made(url=url, tables=(STOCK, BRANCHES)), today=TODAY) as tools:
            assert json.loads(tools.tools_for("one")[8].invoke({}))[0]["n"] == 2
