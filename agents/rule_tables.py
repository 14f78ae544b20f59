"""Tables of rules, read by code: which rows concern a case, told as sentences.

The row whose cells name something in the case ("Chengdu") is kept; where its first column is a
key ("Tier"), other tables with that column keep the same key's row. A cell that names a range
("3 to 5 days") is kept for a case with a figure in it, a cell "all other" for what no cell names.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import ge, gt, le, lt

from trialogue.agents.measures import measures

Table = list[list[str]]

_PLAIN = re.compile(r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?")
_TERM = re.compile(r"[,、，;；]|\b(?:and|or|for example|such as)\b|例如|比如")
_ZH_AND = re.compile("[和或及]")
_REST = re.compile(r"^(all other|other|elsewhere|其他|其余)", re.IGNORECASE)
# What a cell with one figure says about it; the first pattern that fits counts.
_BOUNDS: tuple[tuple[re.Pattern[str], Callable[[Decimal, Decimal], bool]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), holds)
    for pattern, holds in (
        (r"\b(up to|at most|within|(no|not) more than|or (less|fewer))\b|以内|以下|不超过", le),
        (r"\b(under|below|less than|fewer than)\b|不足|不到|不满|低于|少于", lt),
        (r"\b(at least|from|or more|and more)\b|以上|至少|起|\+", ge),
        (r"\b(over|above|more|beyond|after)\b|超过|高于|多于", gt),
    )
)


def tables(text: str) -> list[Table]:
    """All Markdown tables as rows of cells, the header first."""
    found: list[Table] = []
    inside = False
    for line in text.splitlines():
        if not line.lstrip().startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not inside:
            found.append([])
        inside = True
        if not all(set(cell) <= set("-: ") for cell in cells):
            found[-1].append(cells)
    return [table for table in found if len(table) > 1]


def keys(found: Sequence[Table], case: str) -> dict[str, set[str]]:
    """First-column header → keys of the rows that name something in the case."""
    known: dict[str, set[str]] = {}
    for header, *rows in found:
        named = {row[0] for row in _naming(rows, case)}
        rest = {row[0] for row in rows if any(_is_rest(cell) for cell in row)}
        known.setdefault(header[0], set()).update(named or rest)
    return known


def rows_for(table: Table, known: dict[str, set[str]], case: str) -> list[list[str]]:
    """The rows that concern the case; all of them where nothing tells."""
    header, *rows = table
    keyed = [row for row in rows if row[0] in known.get(header[0], set())]
    ranged = [row for row in rows if _in_range(row[0], header[0], case)]
    return _naming(rows, case) or keyed or ranged or rows


def told(header: Sequence[str], row: Sequence[str], case: str = "") -> str:
    """A row as a sentence: "Tier 2: Ceiling per night 450 CNY.", "二类：每晚上限400元。".

    Where the columns are ranges ("Up to 5 hours") only those that hold the case are told.
    """
    pairs = list(zip(header[1:], row[1:], strict=False))
    held = [pair for pair in pairs if _in_range(pair[0], "", case)]
    pairs = held or pairs
    if header[0] >= "\u3400":
        return f"{row[0]}：{'，'.join(f'{name}{cell}' for name, cell in pairs)}。"
    return f"{header[0]} {row[0]}: {', '.join(f'{name} {cell}'.strip() for name, cell in pairs)}."


def _naming(rows: Sequence[list[str]], case: str) -> list[list[str]]:
    """Rows that name something in the case; the longer name beats one inside it."""
    named = [(row, {word for cell in row for word in _named(cell, case)}) for row in rows]
    known = {word for _, words in named for word in words}

    def inside_another(word: str) -> bool:
        return any(word != other and word in other for other in known)

    return [row for row, words in named if any(not inside_another(word) for word in words)]


def _named(cell: str, case: str) -> set[str]:
    terms = [part.strip() for term in _TERM.split(cell) for part in (term, *_ZH_AND.split(term))]
    words = {term.lower() for term in terms if len(term) > 1 and not re.search(r"\d", term)}
    return {word for word in words if _stands_in(word, case.lower())}


def _stands_in(word: str, case: str) -> bool:
    start = r"\b" if word[0].isascii() else ""
    return re.search(start + re.escape(word), case) is not None


def _is_rest(cell: str) -> bool:
    terms = [part.strip() for term in _TERM.split(cell) for part in _ZH_AND.split(term)]
    return any(_REST.match(term) for term in terms)


def _in_range(cell: str, header: str, case: str) -> bool:
    """Whether a figure of the case lies in the range that a cell names ("101 to 300 km")."""
    bounds = [Decimal(n.replace(",", "")) for n in _PLAIN.findall(cell)]
    units = {m.unit for m in measures(cell)} or {m.unit for m in measures(f"1 {header}")}
    values = [m.value for m in measures(case) if m.unit in units]
    if len(bounds) == 2:
        return any(bounds[0] <= value <= bounds[1] for value in values)
    if len(bounds) != 1:
        return False
    holds = next((holds for pattern, holds in _BOUNDS if pattern.search(cell)), None)
    return any(holds(value, bounds[0]) if holds else value == bounds[0] for value in values)
