"""A small shop as a toolset, in the SQL of SQLite, DuckDB and PostgreSQL alike."""

from decimal import Decimal
from typing import Any

from trialogue.records import Column, Table, Toolset, ToolSpec

WHOLE = {"type": "integer"}
TEXT = {"type": "string"}


def takes(*optional: str, **required: Any) -> dict[str, Any]:
    """The schema of arguments."""
    properties = {**required, **dict.fromkeys(optional, TEXT)}
    return {"type": "object", "properties": properties, "required": list(required)}


def tool(name: str, sql: str | None, parameters: Any = None, result: Any = None) -> ToolSpec:
    return ToolSpec(
        name=name,
        description=f"Does {name}.",
        parameters=takes() if parameters is None else parameters,
        result=result or {},
        sql=sql,
    )


BRANCHES = Table(
    name="branches",
    columns=(
        Column(name="id", type="integer", key=True),
        Column(name="town", type="text"),
        Column(name="part_of", type="integer", references="branches.id"),
    ),
    rows=(
        {"id": 2, "town": "Ulm", "part_of": 1},
        {"id": 1, "town": "Köln", "part_of": None},
    ),
)
STOCK = Table(
    name="stock",
    columns=(
        Column(name="code", type="text", key=True),
        Column(name="branch", type="integer", references="branches.id"),
        Column(name="state", type="text", values=("new", "used", "it's gone")),
        Column(name="price", type="decimal", low=Decimal(0), high=Decimal(100)),
        Column(name="since", type="date"),
        Column(name="on_sale", type="boolean"),
    ),
    rows=(
        {
            "code": "A1",
            "branch": 1,
            "state": "new",
            "price": 12.5,
            "since": "2026-01-02",
            "on_sale": True,
        },
        {
            "code": "B2",
            "branch": 2,
            "state": "it's gone",
            "price": "0.1",
            "since": None,
            "on_sale": False,
        },
    ),
)
TOOLS = (
    tool("list_stock", "SELECT * FROM stock ORDER BY code"),
    tool("list_branches", "SELECT * FROM branches ORDER BY id"),
    tool("get_stock", "SELECT * FROM stock WHERE code = :code", takes(code=TEXT)),
    tool(
        "create_branch",
        "INSERT INTO branches (town, part_of) VALUES (:town, :part_of) RETURNING id",
        {"type": "object", "properties": {"town": TEXT, "part_of": WHOLE}, "required": ["town"]},
    ),
    tool(
        "create_stock",
        "INSERT INTO stock (code, branch, state, price, since, on_sale)"
        " VALUES (:code, :branch, :state, 1, :today, FALSE)",
        takes(code=TEXT, branch=WHOLE, state=TEXT),
    ),
    tool(
        "update_price",
        "UPDATE stock SET price = price + :by WHERE code = :code",
        takes(code=TEXT, by={"type": "number"}),
    ),
    tool("delete_stock", "DELETE FROM stock WHERE code = :code;", takes(code=TEXT)),
    tool("delete_branch", "DELETE FROM branches WHERE id = :id", takes(id=WHOLE)),
    tool("total", "SELECT SUM(price) AS sum, COUNT(*) AS n, MAX(since) AS last FROM stock"),
    tool(
        "count_forever",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT COUNT(*) FROM r",
    ),
)


def made(*tools: ToolSpec, **given: Any) -> Toolset:
    """The shop with these tools, or all of its own."""
    usual: dict[str, Any] = {"id": "shop", "domain": "a shop", "tables": (BRANCHES, STOCK)}
    return Toolset(**{**usual, "tools": tools or TOOLS, **given})
