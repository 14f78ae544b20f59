"""Opens SQLite files to read, without leaving anything beside them."""

import sqlite3
from pathlib import Path


def read_only(file: Path) -> sqlite3.Connection:
    """A connection that writes nothing; others may be writing to the file. Raises sqlite3.Error."""
    address = f"{file.absolute().as_uri()}?mode=ro"
    # Where nobody has the file open, a reader would leave its own bookkeeping beside it.
    if not file.with_name(f"{file.name}-wal").exists():
        address += "&immutable=1"
    return sqlite3.connect(address, uri=True)
