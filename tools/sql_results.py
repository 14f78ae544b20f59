"""What a statement gave, as the JSON text that a tool answers with."""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from trialogue.tools.sql_limits import Outcome, SqlFailure, SqlLimits

_EXACT = 15


def as_text(outcome: Outcome, limits: SqlLimits, truths: Collection[str] = ()) -> str:
    """Rows as a list of objects, keys in the order of the columns; of a write the number of rows
    it changed, with the rows it returns.

    A result with more than `limits.rows` rows or `limits.characters` characters shows the first
    and says so. Columns named in `truths` give true and false where the database keeps 1 and 0.
    Raises SqlFailure if not even one row fits.
    """
    rows = _objects(outcome, truths)
    shown = _fitting(rows[: limits.rows], limits.characters)
    if rows and not shown:
        raise SqlFailure("one row of the result is too long")
    result: dict[str, Any] = {}
    if outcome.affected is not None:
        result["affected"] = outcome.affected
    if outcome.columns or outcome.affected is None:
        result["rows"] = shown
    if len(shown) < len(rows):
        result["note"] = f"only the first {len(shown)} rows; there are more"
    return _json(shown if list(result) == ["rows"] else result)


def _objects(outcome: Outcome, truths: Collection[str]) -> list[dict[str, Any]]:
    names = _distinct([str(name) for name in outcome.columns])
    return [
        {name: _cell(value, name in truths) for name, value in zip(names, row, strict=True)}
        for row in outcome.rows
    ]


def _distinct(names: Sequence[str]) -> list[str]:
    """The names with a number after those that came before: id, id_2."""
    made: list[str] = []
    for name in names:
        again = 1 + sum(other == name for other in names[: len(made)])
        made.append(name if again == 1 else f"{name}_{again}")
    return made


def _fitting(rows: Sequence[Mapping[str, Any]], room: int) -> list[Mapping[str, Any]]:
    shown: list[Mapping[str, Any]] = []
    for row in rows:
        room -= len(_json(row)) + 2
        if room < 0:
            break
        shown.append(row)
    return shown


def _cell(value: Any, truth: bool) -> Any:
    """The value as JSON has it: exact numbers as numbers where JSON can carry them, else text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return bool(value) if truth and value in (0, 1) else value
    if isinstance(value, float):
        return float(f"{value:.{_EXACT}g}") if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return {str(key): _cell(inner, False) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cell(inner, False) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _number(value: Decimal) -> int | float | str:
    if not value.is_finite():
        return str(value)
    if len(value.normalize().as_tuple().digits) > _EXACT:
        return format(value.normalize(), "f")
    return int(value) if value == value.to_integral_value() else float(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
