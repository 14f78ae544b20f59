"""Rows of a Parquet file as JSON values."""

from collections.abc import Iterator
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from trialogue.errors import UsageError
from trialogue.plain_json import checked

_BATCH = 1000


def parquet_rows(file: Path) -> Iterator[dict[str, Any]]:
    """The rows in order, with usable texts; dates are ISO text, bytes are read as UTF-8.

    Raises UsageError if the file is not a whole Parquet file or pyarrow is missing.
    """
    pa, parquet = pyarrow()
    try:
        with parquet.ParquetFile(file) as source:
            for batch in source.iter_batches(_BATCH):
                for row in batch.to_pylist():
                    yield checked(_plain(row))
    except (pa.ArrowException, OSError, ValueError) as error:
        why = " ".join(str(error).split())[:200]
        raise UsageError(f"{file}: cannot be read as Parquet: {why}") from error


def pyarrow() -> tuple[Any, Any]:
    """The package pyarrow and its module for Parquet; UsageError that says how to get them."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise UsageError(
            "Parquet files need the package pyarrow; install it: pip install pyarrow"
        ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.isoformat() if isinstance(value, date | datetime) else value
