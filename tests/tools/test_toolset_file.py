"""Toolsets as files: what is read is what was written, and every fault is one line."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from toolset_maker import BRANCHES, STOCK, TEXT, made, takes, tool

from trialogue.errors import UsageError
from trialogue.records import Column, RubricLine, Table, Toolset, ToolTask
from trialogue.tools.toolset_checks import check_toolset, tool_faults, toolset_faults
from trialogue.tools.toolset_file import read_toolset, write_toolset

EXAMPLE = Path(__file__).parents[2] / "examples" / "toolsets" / "library_loans.yaml"


def refused(path: Path) -> str:
    """The one line that a file is refused with."""
    with pytest.raises(UsageError) as raised:
        read_toolset(path)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 2
    return str(raised.value)


def faults(**given: Any) -> list[str]:
    return list(toolset_faults(made(**given)))


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
def test_what_is_written_is_read_again(tmp_path: Path, name: str) -> None:
    line = RubricLine(text="Says: it's done", weight="structural", tool="total")
    task = ToolTask(id="one", text="短文\nund mehr", tools=("total",), rubric=(line,))
    toolset = made(questions=("What? {now}", "- no: yes"), tasks=(task,), seed=7)
    write_toolset(toolset, tmp_path / name)
    assert read_toolset(tmp_path / name) == toolset


@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=["Cs"])), low=st.decimals(-9, 9)
)
def test_any_text_and_bound_comes_back(
    tmp_path_factory: pytest.TempPathFactory, text: str, low: Decimal
) -> None:
    path = tmp_path_factory.mktemp("sets") / "a.yaml"
    columns = (Column(name="x", type="decimal", low=low), Column(name="y", type="text"))
    table = Table(name="t", columns=columns, rows=({"x": 10, "y": text},))
    toolset = made(tool("get_x", "SELECT 1"), tables=(table,), domain=f"d{text}", tasks=())
    write_toolset(toolset, path)
    assert read_toolset(path) == toolset


def test_a_row_is_a_line_and_sql_a_block(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write_toolset(made(tool("get_x", "SELECT 1\nFROM stock\n")), path)
    text = path.read_text()
    assert "  - {id: 2, town: Ulm, part_of: 1}\n" in text
    assert "  sql: |\n    SELECT 1\n    FROM stock\n" in text


def test_the_example_is_fit_and_its_dates_are_texts() -> None:
    toolset = read_toolset(EXAMPLE)
    assert toolset.tables[2].rows[0]["due"] == "2026-03-13"
    assert (len(toolset.tables), len(toolset.tools), len(toolset.tasks)) == (3, 8, 6)


def edited(change: Callable[[dict[str, Any]], object], path: Path) -> Path:
    values = yaml.safe_load(EXAMPLE.read_text())
    change(values)
    path.write_text(yaml.safe_dump(values, sort_keys=False))
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v: v.update(colour="red"), r":\d+: unknown key 'colour'"),
        (lambda v: v["tools"][0].update(sqll="x"), r":\d+: unknown key 'tools.0.sqll'"),
        (lambda v: v.update(tools=[]), r":\d+: tools: "),
        (lambda v: v["tools"][0].pop("parameters"), r":\d+: tools.0.parameters: "),
        (lambda v: v["tools"][1].update(name="search_books"), "tool search_books is there 2 times"),
        (lambda v: v["tables"][2]["rows"][0].update(book=99), "loans, row 1: column book is 99"),
    ],
)
def test_faults_of_a_file_name_it(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    path = edited(change, tmp_path / "a.yaml")
    line = refused(path)
    assert line.startswith(str(path))
    assert re.search(said, line), line


def test_files_that_are_none(tmp_path: Path) -> None:
    bad = tmp_path / "a.json"
    bad.write_text('{\n"id": ]')
    assert "a.json:2: not JSON" in refused(bad)
    bad.write_text('{"id": "a", "domain": "d", "tools": [], "x": 1}')
    assert "tools" in refused(bad)
    bad.write_bytes(b"\xff")
    assert "cannot be read" in refused(bad)
    assert "no such file" in refused(tmp_path / "none.json")
    assert "no such file" in refused(tmp_path / "none.yaml")
    bad = tmp_path / "a.yaml"
    bad.write_text("id: [")
    assert "a.yaml:" in refused(bad)
    with pytest.raises(UsageError, match="cannot be written"):
        write_toolset(made(), tmp_path / "no" / "a.yaml")


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"type": "strange"}, "parameters: is not JSON Schema: type: 'strange'"),
        ({"type": "object", "properties": {"a": 5}}, "is not JSON Schema: properties.a: 5"),
        ({"type": "array"}, "must be a schema with type: object"),
        ({}, "must be a schema with type: object"),
        (takes() | {"required": ["b"]}, "'b' is required but not among the properties"),
        (takes(a={"$ref": "http://127.0.0.1:9/x.json"}), "refers to 'http://127.0.0.1:9/x.json'"),
        (takes(a={"$ref": "#/$defs/b"}), "refers to '#/$defs/b', which is not in it"),
        (takes(a={"$ref": "#"}), "contains itself by '#'"),
        (
            takes(a={"$ref": "#/$defs/b"})
            | {"$defs": {"b": {"$ref": "#/$defs/c"}, "c": {"items": {"$ref": "#/$defs/b"}}}},
            "contains itself by '#/$defs/b'",
        ),
        ({"type": "object", "properties": {"run_manager": TEXT}}, "'run_manager' cannot be"),
        ({"type": "object", "properties": {"a b": TEXT}}, "'a b' cannot be a parameter's name"),
    ],
)
def test_parameters_that_are_no_schema(parameters: dict[str, Any], said: str) -> None:
    found = list(tool_faults(tool("do_it", "SELECT 1", parameters)))
    assert len(found) == 1
    assert found[0].startswith("tool do_it: ")
    assert said in found[0]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT * FROM (", "cannot be parsed: Expected table name (line 1, column 15)"),
        ("SELECT 'x", "cannot be parsed"),
        ("", "write one plain SELECT"),
        ("DROP TABLE stock", "write one plain SELECT"),
        ("SELECT 1; SELECT 2", "more than one statement"),
        ("SELECT :code, :cod", "no parameter is called 'cod'; there are code"),
        ("SELECT 1", "the parameter 'code' is not used; write :code"),
        ("SELECT ?", "binds are written :name"),
        ("SELECT ?1", "binds are written :name"),
        ("SELECT $code", "binds are written :name"),
        ("SELECT @code", "binds are written :name"),
        ("SELECT :code -- why", "comments are not allowed"),
        ("SELECT :code FROM nowhere", "no table is called 'nowhere'; there are branches, stock"),
        ("SELECT :code FROM main.stock", "is not a plain table name"),
        ("SELECT DATE('now', :code)", "reads the clock; use the bind :today"),
        ("SELECT CURRENT_TIMESTAMP, :code", "reads the clock"),
        ("SELECT RANDOM() + :code", "the function rand is not allowed"),
        ("SELECT load_extension(:code)", "the function load_extension is not allowed"),
    ],
)
def test_sql_that_no_tool_may_have(sql: str, said: str) -> None:
    found = faults(tools=(tool("do_it", sql, takes(code=TEXT)),))
    assert len(found) == 1
    assert found[0].startswith("tool do_it: sql: ")
    assert said in found[0]


def test_what_tools_may_well_have() -> None:
    for sql in (
        "WITH a AS (SELECT code FROM stock) SELECT * FROM a WHERE code = :code;",
        "SELECT '-- not /* a :comment', code FROM stock WHERE code LIKE '%' || :code || '%'",
        "SELECT COUNT(*) FILTER (WHERE price > 1), AVG(price) FROM stock WHERE code = :code",
        "SELECT RANK() OVER (PARTITION BY branch ORDER BY price) FROM stock WHERE code <> :code",
        "SELECT CASE WHEN :code IS NULL THEN 'none' ELSE UPPER(:code) END",
        "INSERT INTO stock (code) VALUES (:code) ON CONFLICT (code) DO NOTHING",
        "UPDATE stock SET since = DATE(:today, '+14 days') WHERE code = :code RETURNING *",
        "DELETE FROM stock WHERE code = :code AND EXISTS (SELECT 1 FROM branches)",
    ):
        assert faults(tools=(tool("do_it", sql, takes(code=TEXT)),)) == []


def table(*columns: Column, rows: Any = (), name: str = "t") -> Table:
    return Table(name=name, columns=columns, rows=rows)


ID = Column(name="id", type="integer", key=True)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (Column(name="x", type="integer"), 1.5, "is 1.5, not a whole number"),
        (Column(name="x", type="integer"), True, "is True, not a whole number"),
        (Column(name="x", type="integer"), 2**63, "not a whole number"),
        (Column(name="x", type="decimal"), "dear", "is 'dear', not a number"),
        (Column(name="x", type="decimal"), float("nan"), "not a number"),
        (Column(name="x", type="decimal"), "0.0000001", "6 after the point"),
        (Column(name="x", type="text"), 5, "is 5, not a text"),
        (Column(name="x", type="date"), "2026-02-30", "is '2026-02-30', not an ISO date"),
        (Column(name="x", type="date"), "20260203", "not an ISO date"),
        (Column(name="x", type="boolean"), 1, "is 1, not true or false"),
        (Column(name="x", type="text", values=("a", "b")), "c", "is 'c', not one of a, b"),
        (Column(name="x", type="decimal", low=Decimal(2)), 1.5, "is 1.5, below 2"),
        (Column(name="x", type="integer", high=Decimal(2)), 3, "is 3, above 2"),
        (Column(name="x", type="date", earliest="2026-01-01"), "2025-12-31", "below 2026-01-01"),
        (Column(name="x", type="date", latest="2026-01-01"), "2026-01-02", "above 2026-01-01"),
    ],
)
def test_values_that_do_not_fit(column: Column, value: Any, said: str) -> None:
    rows = ({"id": 1, "x": None}, {"id": 2, "x": value})
    (fault,) = faults(tools=(tool("a", "SELECT 1"),), tables=(table(ID, column, rows=rows),))
    assert fault.startswith("table t, row 2: column x ")
    assert said in fault


def test_every_fault_of_rows_is_told() -> None:
    parent = table(ID, rows=({"id": 1}, {"id": 1}, {"id": None}))
    child = table(
        ID,
        Column(name="of", type="integer", references="t.id"),
        name="u",
        rows=({"id": 1, "of": 1}, {"id": 2, "of": 7}, {"id": 3}, {"id": 4, "of": 1, "odd": 0}),
    )
    assert faults(tools=(tool("a", "SELECT 1"),), tables=(parent, child)) == [
        "table t, row 3: column id is part of the key and must have a value",
        "table t, row 2: id 1 is the key of row 1 too",
        "table u, row 3: column of is missing; write null where nothing is known",
        "table u, row 4: column odd is not in the table, which has id, of",
        "table u, row 2: column of is 7, which is not in t.id",
    ]


def refers(to: str, name: str = "t", type: Any = "integer") -> Table:
    return table(ID, Column(name="of", type=type, references=to), name=name)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ((refers("v.id"),), "no table is called 'v'"),
        ((refers("t.no"),), "table t has no column 'no'"),
        ((refers("t.of"),), "which is not the key of table t"),
        ((refers("t.id", type="text"),), "which is integer, not text"),
        ((refers("u.id"), refers("t.id", "u")), "refer to each other in a circle: t, u"),
        ((table(ID), table(ID)), "table t is there 2 times"),
        ((table(ID, ID),), "table t: column id is there 2 times"),
    ],
)
def test_references_that_lead_nowhere(tables: tuple[Table, ...], said: str) -> None:
    found = faults(tools=(tool("a", "SELECT 1"),), tables=tables)
    assert said in "; ".join(found)


def test_tasks_name_tools_that_are_there() -> None:
    line = RubricLine(text="x", tool="sell")
    tasks = (ToolTask(id="a", text="x", tools=("buy", "total"), rubric=(line,)),) * 2
    found = faults(tasks=tasks)
    assert found[0] == "task a is there 2 times"
    assert found[1].startswith("task a: no tool is called 'buy'; there are list_stock, ")
    assert found[2].startswith("task a: no tool is called 'sell'")


def test_many_faults_make_one_line() -> None:
    rows = tuple({"id": n, "x": "no"} for n in range(9))
    bad = table(ID, Column(name="x", type="integer"), rows=rows)
    with pytest.raises(UsageError, match=r"row 3: .*; and 6 more$"):
        check_toolset(made(tool("a", "SELECT 1"), tables=(bad,)), "here: ")


def test_the_maker_of_other_tests_is_fit() -> None:
    check_toolset(made(tables=(STOCK, BRANCHES)))
    assert json.loads(Toolset.model_validate(made().model_dump()).to_line())["id"] == "shop"
