"""Text that JSON files and SQLite can carry."""

import re
from typing import Any

_UNUSABLE = re.compile("[\x00\ud800-\udfff]")


def usable(text: str) -> str:
    """`text` without NULs and lone surrogates, which neither JSON nor SQLite can carry."""
    return text if text.isascii() and "\0" not in text else _UNUSABLE.sub("", text)


def usable_value(value: Any) -> Any:
    """A JSON value with all its texts usable, also the names of its fields."""
    if isinstance(value, str):
        return usable(value)
    if isinstance(value, dict):
        return {usable(str(name)): usable_value(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [usable_value(inner) for inner in value]
    return value
