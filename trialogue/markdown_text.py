"""Text from anywhere on its way into Markdown."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]|~$])")
_LONGEST = 200


def escaped(text: object) -> str:
    """One line that reads as what it is: no markup, HTML, links, tables or control characters."""
    seen = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in str(text))
    short = " ".join(seen.split())
    short = short if len(short) <= _LONGEST else f"{short[:_LONGEST]}…"
    plain = short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", plain)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of escaped cells; numbers with commas, None as a dash."""
    lines = [head, ["---"] * len(head), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: str) -> str:
    """An indented block of code, which nothing inside can end."""
    return "\n".join(f"    {escaped_line(line)}".rstrip() for line in text.split("\n"))


def escaped_line(line: str) -> str:
    """A line without control characters."""
    return "".join(c if unicodedata.category(c)[0] != "C" else "�" for c in line)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else escaped(value)
