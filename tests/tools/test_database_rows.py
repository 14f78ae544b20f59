"""Whatever outline is accepted: its SQL runs, its rows hold, its tasks can be solved."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_outlines import outlines

from trialogue.agents.tool_makers import plans
from trialogue.agents.tool_plans import Plan
from trialogue.agents.tool_sets import toolset_of
from trialogue.records import Toolset
from trialogue.tools.database_names import plural, prefixes, reserved, singular, snake
from trialogue.tools.database_outline import Attribute, Entity, Outline
from trialogue.tools.sql_tools import SqlTools
from trialogue.tools.toolset_checks import toolset_faults
from trialogue.tools.toolset_rows import table_faults
from trialogue.tools.toolset_schemas import JsonSchema

TODAY = date(2026, 6, 1)
any_outline = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def some_plans(outline: Outline, toolset: Toolset, seed: int) -> Iterator[tuple[str, Plan]]:
    for number in range(6):
        found = plans(outline, toolset.tables, seed, number)
        for turn, plan in zip(range(4), found, strict=False):
            yield f"{number}/{turn}", plan


@any_outline
@given(outlines(), st.integers(0, 99), st.integers(2, 15))
def test_any_accepted_outline_gives_a_faultless_toolset(
    outline: Outline, seed: int, rows: int
) -> None:
    toolset = toolset_of(outline, seed, rows)
    assert list(toolset_faults(toolset)) == []
    assert list(table_faults(toolset.tables)) == []
    assert [len(table.rows) for table in toolset.tables] == [rows] * len(outline.entities)
    assert toolset == toolset_of(outline, seed, rows)


@any_outline
@given(outlines())
def test_a_name_has_one_type_in_every_tool(outline: Outline) -> None:
    meanings: dict[str, tuple[Any, ...]] = {}
    for tool in toolset_of(outline, 0, 4).tools:
        rows = tool.result if "items" in tool.result else tool.result["properties"]["rows"]
        for schemas in (tool.parameters["properties"], rows["items"]["properties"]):
            for name, schema in schemas.items():
                kind = (schema["type"], schema.get("format"), tuple(schema.get("enum", ())))
                assert meanings.setdefault(name, kind) == kind


@any_outline
@given(outlines(), st.integers(0, 99))
async def test_running_the_tools_gives_what_the_plans_say(outline: Outline, seed: int) -> None:
    toolset = toolset_of(outline, seed, 12)
    results = {tool.name: JsonSchema(tool.result) for tool in toolset.tools}
    with SqlTools(toolset, today=TODAY) as tools:
        for key, plan in some_plans(outline, toolset, seed):
            for step in plan.steps:
                said = json.loads(await tools.answer(key, step.tool, step.arguments))
                assert results[step.tool].misfit(said) is None
                rows = said if isinstance(said, list) else said["rows"]
                assert rows == [dict(row) for row in step.rows]
            tools.close(key)


LIBRARY = Outline(
    domain="a town library lends books",
    entities=(
        Entity(
            name="book",
            label="book",
            attributes=(
                Attribute(name="title", label="title", kind="title", values=("Salt", "Rain")),
                Attribute(name="author", label="author", kind="person"),
            ),
        ),
        Entity(
            name="loan",
            label="loan",
            belongs_to=("book",),
            attributes=(
                Attribute(name="loan_date", label="loan date", kind="date"),
                Attribute(name="due_date", label="due date", kind="date"),
                Attribute(
                    name="fee",
                    label="fee",
                    kind="amount",
                    unit="EUR",
                    low=Decimal(1),
                    high=Decimal(9),
                ),
                Attribute(name="status", label="status", kind="choice", values=("open", "back")),
            ),
        ),
    ),
)


def test_tools_stand_for_each_table_and_delete_only_what_nothing_points_to() -> None:
    names = [tool.name for tool in toolset_of(LIBRARY, 0, 4).tools]
    assert names == [
        *("get_book", "search_book", "create_book", "update_book"),
        *("get_loan", "search_loan", "create_loan", "update_loan", "delete_loan"),
    ]


def test_rows_have_keys_that_count_up_and_dates_in_order() -> None:
    books, loans = toolset_of(LIBRARY, 3, 20).tables
    assert [row["book_id"] for row in books.rows] == [f"B-{101 + n}" for n in range(20)]
    assert [row["title"] for row in books.rows].count("Salt") == 10
    assert len({row["author"] for row in books.rows}) == 20
    assert all(row["loan_date"] < row["due_date"] <= "2026-12-31" for row in loans.rows)
    assert {row["book_id"] for row in loans.rows} <= {row["book_id"] for row in books.rows}


def test_times_of_a_row_are_in_order() -> None:
    times = tuple(Attribute(name=f"{end}_time", label=end, kind="time") for end in ("start", "end"))
    rental = Entity(name="rental", label="rental", attributes=times)
    (table,) = toolset_of(Outline(domain="bikes", entities=(rental,)), 0, 30).tables
    assert all("08:00" <= row["start_time"] < row["end_time"] <= "18:30" for row in table.rows)


def test_another_seed_gives_other_rows_and_the_same_tools() -> None:
    one, two = toolset_of(LIBRARY, 1, 8), toolset_of(LIBRARY, 2, 8)
    assert one.tools == two.tools
    assert one.tables != two.tables


@pytest.mark.parametrize("url", [None, "duckdb:///:memory:"])
async def test_what_one_call_writes_the_next_one_reads(url: str | None) -> None:
    toolset = toolset_of(LIBRARY, 0, 4).model_copy(update={"url": url})
    new = {"book_id": "B-102", "loan_date": "2026-05-01", "due_date": "2026-05-15", "fee": 2.5,
           "status": "open"}  # fmt: skip
    with SqlTools(toolset, today=TODAY) as tools:
        made = json.loads(await tools.answer("one", "create_loan", new))
        assert made == {"affected": 1, "rows": [{"loan_id": "L-105", **new}]}
        back = {"loan_id": "L-105", "status": "back"}
        changed = json.loads(await tools.answer("one", "update_loan", back))
        assert changed["rows"] == [{"loan_id": "L-105", **new, "status": "back"}]
        assert json.loads(await tools.answer("two", "get_loan", {"loan_id": "L-105"})) == []
        gone = json.loads(await tools.answer("one", "delete_loan", {"loan_id": "L-105"}))
        assert gone == {"affected": 1, "rows": [{"loan_id": "L-105"}]}


async def test_what_cannot_be_is_an_error_and_changes_nothing() -> None:
    toolset = toolset_of(LIBRARY, 0, 4)
    new = {"book_id": "B-999", "loan_date": "2026-05-01", "due_date": "2026-05-15", "fee": 2.5,
           "status": "open"}  # fmt: skip
    with SqlTools(toolset, today=TODAY) as tools:
        assert "FOREIGN KEY" in await tools.answer("one", "create_loan", new)
        wrong = await tools.answer("one", "update_loan", {"loan_id": "L-101", "status": "lost"})
        assert wrong.startswith("error: update_loan was called with unfit arguments: status")
        found = json.loads(await tools.answer("one", "search_loan", {}))
    assert found == [dict(row) for row in toolset.tables[1].rows]


@pytest.mark.parametrize(
    ("arguments", "fits"),
    [
        ({"status": "open"}, lambda row: row["status"] == "open"),
        ({"due_date_from": "2026-06-01"}, lambda row: row["due_date"] >= "2026-06-01"),
        ({"due_date_until": "2026-06-01"}, lambda row: row["due_date"] <= "2026-06-01"),
        ({"fee_min": 3, "fee_max": 6}, lambda row: 3 <= row["fee"] <= 6),
        ({"book_id": "B-103"}, lambda row: row["book_id"] == "B-103"),
        ({}, lambda row: True),
    ],
)
@pytest.mark.parametrize("url", [None, "duckdb:///:memory:"])
async def test_a_search_finds_the_rows_that_fit(
    arguments: dict[str, Any], fits: Any, url: str | None
) -> None:
    toolset = toolset_of(LIBRARY, 0, 16).model_copy(update={"url": url})
    with SqlTools(toolset, today=TODAY) as tools:
        found = json.loads(await tools.answer("one", "search_loan", arguments))
    assert found == [row for row in toolset.tables[1].rows if fits(row)]


def test_parts_of_a_title_are_found_and_signs_in_them_mean_nothing() -> None:
    (tool,) = [t for t in toolset_of(LIBRARY, 0, 4).tools if t.name == "search_book"]
    assert "LIKE" not in str(tool.sql)


@pytest.mark.parametrize(
    ("text", "name"),
    [("Due Date", "due_date"), ("dueDate", "due_date"), ("2nd-hand", "nd_hand"), ("图书", "")],
)
def test_names_become_snake_case(text: str, name: str) -> None:
    assert snake(text) == name


@pytest.mark.parametrize(
    ("one", "many"),
    [("book", "books"), ("category", "categories"), ("box", "boxes"), ("day", "days"),
     ("bus", "buses"), ("branch", "branches")],
)  # fmt: skip
def test_names_of_tables_are_plurals_and_back(one: str, many: str) -> None:
    assert plural(one) == many
    assert singular(one) == one
    if one != "bus":
        assert singular(many) == one


def test_words_that_sql_keeps_are_known() -> None:
    assert all(map(reserved, ("order", "group", "user", "values", "date", "price_min")))
    assert not any(map(reserved, ("book", "due_date", "status")))


def test_keys_of_different_tables_begin_differently() -> None:
    found = prefixes(["book", "borrower", "branch", "loan", "b"])
    assert found["book"] == "B"
    assert len(set(found.values())) == 5
