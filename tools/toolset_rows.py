"""What is amiss with the tables and rows of a toolset, before a database is made of them."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from trialogue.records import Column, Table

_WIDEST = 2**63
_PLACES, _DIGITS = 6, 12


def table_faults(tables: Sequence[Table]) -> Iterator[str]:
    """Every fault as one clause that names table, row (from 1) and column.

    Names are unique, references lead to the only key of a table without going round in a
    circle, types and ranges hold, keys are unique, no row refers to one that is not there.
    """
    faults = list(_layout_faults(tables))
    yield from faults
    if not faults:
        for table in tables:
            yield from _row_faults(table)
            yield from _key_faults(table)
        yield from _orphans(tables)


def alone_key(table: Table) -> str | None:
    """The column that is the whole key of a table; None where several are, or none."""
    keys = [column.name for column in table.columns if column.key]
    return keys[0] if len(keys) == 1 else None


def _layout_faults(tables: Sequence[Table]) -> Iterator[str]:
    by_name = {table.name: table for table in tables}
    yield from _repeated("table", [table.name for table in tables])
    for table in tables:
        yield from _repeated(f"table {table.name}: column", [c.name for c in table.columns])
        for column in table.columns:
            if column.references:
                yield from _reference_faults(table, column, by_name)
    yield from _circles(tables)


def _repeated(what: str, names: Sequence[str]) -> Iterator[str]:
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"{what} {name} is there {names.count(name)} times"


def _reference_faults(table: Table, column: Column, by_name: Mapping[str, Table]) -> Iterator[str]:
    place = f"table {table.name}: column {column.name}: references"
    name, _, target = str(column.references).partition(".")
    if name not in by_name:
        yield f"{place} {column.references!r}: no table is called {name!r}"
        return
    found = next((c for c in by_name[name].columns if c.name == target), None)
    if found is None:
        yield f"{place} {column.references!r}: table {name} has no column {target!r}"
    elif alone_key(by_name[name]) != target:
        yield f"{place} {column.references!r}, which is not the key of table {name}"
    elif found.type != column.type:
        yield f"{place} {column.references!r}, which is {found.type}, not {column.type}"


def _circles(tables: Sequence[Table]) -> Iterator[str]:
    left = {
        table.name: {str(c.references).partition(".")[0] for c in table.columns if c.references}
        - {table.name}
        for table in tables
    }
    while free := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in free:
            del left[name]
    if left and all(needs <= {t.name for t in tables} for needs in left.values()):
        yield f"tables refer to each other in a circle: {', '.join(left)}"


def _row_faults(table: Table) -> Iterator[str]:
    columns = {column.name: column for column in table.columns}
    for number, row in enumerate(table.rows, start=1):
        place = f"table {table.name}, row {number}"
        for name in columns.keys() - row.keys():
            yield f"{place}: column {name} is missing; write null where nothing is known"
        for name, value in row.items():
            fault = (
                _value_fault(columns[name], value)
                if name in columns
                else f"is not in the table, which has {', '.join(columns)}"
            )
            if fault:
                yield f"{place}: column {name} {fault}"


def _value_fault(column: Column, value: Any) -> str | None:
    """What is wrong with a value, as the end of a sentence."""
    if value is None:
        return "is part of the key and must have a value" if column.key else None
    if not _FITS[column.type](value):
        return f"is {value!r}, not {_WANTED[column.type]}"
    if column.values and value not in column.values:
        return f"is {value!r}, not one of {', '.join(column.values)}"
    return _outside(column, value)


def _outside(column: Column, value: Any) -> str | None:
    low: Any = column.low
    high: Any = column.high
    if column.type == "date":
        low, high = column.earliest, column.latest
    elif column.type in ("integer", "decimal"):
        value = Decimal(str(value))
    if low is not None and _comparable(low, value) and value < low:
        return f"is {value}, below {low}"
    if high is not None and _comparable(high, value) and value > high:
        return f"is {value}, above {high}"
    return None


def _comparable(bound: Any, value: Any) -> bool:
    return isinstance(value, type(bound))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _WIDEST


def _is_decimal(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return False
    if isinstance(value, float) and not math.isfinite(value):
        return False
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return False
    return number.is_finite() and abs(number) < 10**_DIGITS and number == round(number, _PLACES)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_FITS: dict[str, Callable[[Any], bool]] = {
    "integer": _is_whole,
    "decimal": _is_decimal,
    "text": lambda value: isinstance(value, str),
    "date": _is_date,
    "boolean": lambda value: isinstance(value, bool),
}
_WANTED = {
    "integer": "a whole number",
    "decimal": f"a number with at most {_DIGITS} digits before and {_PLACES} after the point",
    "text": "a text",
    "date": "an ISO date such as 2026-03-04",
    "boolean": "true or false",
}


def _key_faults(table: Table) -> Iterator[str]:
    keys = [column.name for column in table.columns if column.key]
    first: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(table.rows, start=1):
        key = tuple(_exact(row.get(name)) for name in keys)
        if keys and first.setdefault(key, number) != number:
            shown = ", ".join(f"{name} {row.get(name)!r}" for name in keys)
            yield f"table {table.name}, row {number}: {shown} is the key of row {first[key]} too"


def _orphans(tables: Sequence[Table]) -> Iterator[str]:
    by_name = {table.name: table for table in tables}
    for table in tables:
        for column in table.columns:
            if not column.references:
                continue
            name, _, target = column.references.partition(".")
            there = {_exact(row.get(target)) for row in by_name[name].rows}
            for number, row in enumerate(table.rows, start=1):
                value = row.get(column.name)
                if value is not None and _exact(value) not in there:
                    yield (
                        f"table {table.name}, row {number}: column {column.name} is {value!r}, "
                        f"which is not in {column.references}"
                    )


def _exact(value: Any) -> tuple[str, str]:
    """A value that equals only itself: True is not 1."""
    return type(value).__name__, str(value)
