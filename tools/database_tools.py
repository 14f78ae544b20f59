"""The tools of made tables: function schemas, result schemas, and SQL with named binds (U §3).

Every table has `get_`, `search_`, `create_` and `update_`; `delete_` where nothing points to it.
A parameter or field of a name has one type in all of them.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from trialogue.records.toolset import Column, ColumnType, Table, ToolSpec
from trialogue.tools.database_names import plural
from trialogue.tools.database_outline import Entity, Operation, Outline
from trialogue.tools.database_phrases import phrase
from trialogue.tools.database_tables import FIRST_KEY, first_key

Schema = dict[str, Any]
MOST_FOUND = 20
_JSON: dict[ColumnType, Schema] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "text": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "boolean": {"type": "boolean"},
}


def make_tools(outline: Outline, tables: tuple[Table, ...]) -> tuple[ToolSpec, ...]:
    """Tools for tables made of the outline, in its order; a purpose stands before exact words."""
    return tuple(
        _tool(_Subject(entity, table, outline), operation)
        for entity, table in zip(outline.entities, tables, strict=True)
        for operation in outline.operations(entity)
    )


class _Subject(NamedTuple):
    entity: Entity
    table: Table
    outline: Outline

    def said(self, name: str, /, **words: object) -> str:
        return phrase(self.outline.language)(name, **words)

    @property
    def key(self) -> Column:
        return self.table.columns[0]

    @property
    def free(self) -> tuple[Column, ...]:
        """The columns that a change may touch: neither the key nor what the row belongs to."""
        return tuple(c for c in self.table.columns if not c.key and c.references is None)


class _Filter(NamedTuple):
    """A parameter of a search and the condition it stands for."""

    parameter: str
    schema: Schema
    condition: str


def schema_of(column: Column) -> Schema:
    """The JSON Schema of a value of the column."""
    schema = {**_JSON[column.type], "description": column.description}
    if column.values:
        schema["enum"] = list(column.values)
    return schema


def _bounded(column: Column) -> Schema:
    """The schema of a value to be written: within the column's range."""
    bounds = {"minimum": column.low, "maximum": column.high}
    whole = {name: _plain(bound) for name, bound in bounds.items() if bound is not None}
    return {**schema_of(column), **whole}


def _plain(bound: Any) -> int | float:
    return int(bound) if bound == int(bound) else float(bound)


def _tool(subject: _Subject, operation: Operation) -> ToolSpec:
    make = {
        "get": _get,
        "search": _search,
        "create": _create,
        "update": _update,
        "delete": _delete,
    }[operation]
    properties, required, sql = make(subject)
    exact = subject.said(operation, label=subject.entity.label)
    purpose = subject.entity.purposes.get(operation, "")
    gap = " " if subject.outline.language == "en" and purpose else ""
    shown = (subject.key,) if operation == "delete" else subject.table.columns
    return ToolSpec(
        name=f"{operation}_{subject.entity.name}",
        description=f"{purpose}{gap}{exact}",
        parameters=_object(properties, required),
        result=_result(operation, shown),
        sql=sql,
    )


_Parts = tuple[dict[str, Schema], list[str], str]


def _get(subject: _Subject) -> _Parts:
    key, table = subject.key, subject.table
    sql = f"SELECT {_columns(table)} FROM {table.name} WHERE {key.name} = :{key.name}"
    return {key.name: schema_of(key)}, [key.name], sql


def _search(subject: _Subject) -> _Parts:
    table = subject.table
    filters = [found for column in table.columns for found in _filters(subject, column)]
    conditions = "\n  AND ".join(
        f"(:{each.parameter} IS NULL OR {each.condition})" for each in filters
    )
    sql = (
        f"SELECT {_columns(table)} FROM {table.name}\nWHERE {conditions}\n"
        f"ORDER BY {subject.key.name} LIMIT {MOST_FOUND}"
    )
    return {each.parameter: each.schema for each in filters}, [], sql


def _filters(subject: _Subject, column: Column) -> Iterator[_Filter]:
    """How a search may narrow a column."""
    name, said = column.name, subject.said
    if column.key:
        return
    if column.type in ("date", "integer", "decimal"):
        low, high = ("from", "until") if column.type == "date" else ("min", "max")
        for end, sign in ((low, ">="), (high, "<=")):
            told = said(end, label=_label(subject, column))
            schema = {**_JSON[column.type], "description": told}
            yield _Filter(f"{name}_{end}", schema, f"{name} {sign} :{name}_{end}")
    elif column.type == "text" and not column.values and column.references is None:
        told = said("part", label=_label(subject, column))
        schema = {**_JSON["text"], "description": told}
        yield _Filter(name, schema, f"INSTR(LOWER({name}), LOWER(:{name})) > 0")
    else:
        told = said("only", label=_label(subject, column))
        yield _Filter(name, {**schema_of(column), "description": told}, f"{name} = :{name}")


def _label(subject: _Subject, column: Column) -> str:
    if column.references is None:
        return next(a.label for a in subject.entity.attributes if a.name == column.name)
    return next(
        subject.outline.entity(parent).label
        for parent in subject.entity.belongs_to
        if subject.outline.entity(parent).key == column.name
    )


def _create(subject: _Subject) -> _Parts:
    table, key = subject.table, subject.key
    given = [column for column in table.columns if not column.key]
    start = f"{first_key(subject.entity, subject.outline).partition('-')[0]}-"
    last = f"MAX(CAST(SUBSTR({key.name}, {len(start) + 1}) AS INTEGER))"
    new = (
        f"'{start}' || CAST((SELECT COALESCE({last}, {FIRST_KEY - 1}) + 1 "
        f"FROM {table.name}) AS VARCHAR(12))"
    )
    binds = ", ".join(f":{column.name}" for column in given)
    sql = (
        f"INSERT INTO {table.name} ({_columns(table)})\n"
        f"VALUES ({new}, {binds})\nRETURNING {_columns(table)}"
    )
    return {c.name: _bounded(c) for c in given}, [c.name for c in given], sql


def _update(subject: _Subject) -> _Parts:
    table, key = subject.table, subject.key
    changes = ",\n  ".join(f"{c.name} = COALESCE(:{c.name}, {c.name})" for c in subject.free)
    sql = (
        f"UPDATE {table.name} SET\n  {changes}\n"
        f"WHERE {key.name} = :{key.name}\nRETURNING {_columns(table)}"
    )
    properties = {key.name: schema_of(key)} | {c.name: _bounded(c) for c in subject.free}
    return properties, [key.name], sql


def _delete(subject: _Subject) -> _Parts:
    key = subject.key
    sql = f"DELETE FROM {subject.table.name} WHERE {key.name} = :{key.name}\nRETURNING {key.name}"
    return {key.name: schema_of(key)}, [key.name], sql


def _columns(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)


def _object(properties: dict[str, Schema], required: list[str]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _result(operation: Operation, columns: tuple[Column, ...]) -> Schema:
    """The schema of a result: rows with all of these columns, of a write beside their number."""
    properties = {column.name: _told_elsewhere(schema_of(column)) for column in columns}
    row = _object(properties, [column.name for column in columns])
    most = MOST_FOUND if operation == "search" else 1
    rows = {"type": "array", "items": row, "maxItems": most}
    if operation in ("get", "search"):
        return rows
    return _object({"affected": {"type": "integer"}, "rows": rows}, ["affected", "rows"])


def _told_elsewhere(schema: Schema) -> Schema:
    """The schema without its description: parameters have it, results are read more often."""
    return {name: part for name, part in schema.items() if name != "description"}


def table_of(entity: Entity, tables: tuple[Table, ...]) -> Table:
    """The table that holds the rows of an entity."""
    return next(table for table in tables if table.name == plural(entity.name))
