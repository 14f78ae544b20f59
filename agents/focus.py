"""Reduces passages of rules to what concerns one case, so that a small model can apply them.

Tables are read by code: the row whose cells name something in the case ("Chengdu") is kept, and
where its first column is a key ("Tier"), other tables with that column keep the same key's row.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from trialogue.records import Language, Passage

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"])|(?<=[。！？])\s*")
_MEASURE = re.compile(
    r"(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z%]+|[\u3400-\u9fff]+)"
    r"(?:\s*(?:per|an?|each|/)\s+(?P<per>[a-z]+)|/(?P<zh>[\u3400-\u9fff]))?"
)
_PLAIN = re.compile(r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?")
_AT_MOST = re.compile(
    r"\b(up to|under|below|less|at most|within)\b|以内|以下|不超过", re.IGNORECASE
)
_MORE = re.compile(r"\b(over|above|more|from|beyond)\b|以上|超过|\+", re.IGNORECASE)
_EXCESS = {
    "en": re.compile(r"\b(above|beyond|exceed\w*|the difference|the rest)\b", re.IGNORECASE),
    "zh": re.compile("超出|超过|超标|差额"),
}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NOT_UNITS = {*_MONTHS, "of", "and", "am", "pm"}


class Measure(NamedTuple):
    """A figure with its unit and what it is counted by: 480, "cny", "night"."""

    value: Decimal
    shown: str
    unit: str
    per: str


@dataclass(frozen=True)
class Comparison:
    """A figure of the case against a figure of the rule with the same unit."""

    case: Measure
    rule: Measure

    @property
    def expression(self) -> str:
        """What the calculator is asked: the larger minus the smaller."""
        high, low = sorted((self.case.value, self.rule.value), reverse=True)
        return f"{high} - {low}"

    def told(self, difference: str, language: Language) -> str:
        """The comparison as a sentence, with the calculator's `difference`."""
        case, rule = self.case.shown, self.rule.shown
        if self.case.value == self.rule.value:
            return f"{case}等于{rule}。" if language == "zh" else f"{case} is the same as {rule}."
        more = self.case.value > self.rule.value
        if language == "zh":
            unit = self.case.shown.lstrip("0123456789.,")
            return f"{case}比{rule}{'多' if more else '少'}{difference}{unit}。"
        unit = self.case.shown.partition(" ")[2]
        return f"{case} is {difference} {unit} {'more' if more else 'less'} than {rule}."


def sentences(text: str) -> list[str]:
    """The sentences of running text; tables are left out."""
    plain = " ".join(line for line in text.splitlines() if not line.lstrip().startswith("|"))
    return [s for s in (part.strip() for part in _SENTENCE.split(plain)) if s]


def focus(passage: Passage, beside: Iterable[Passage], case: str) -> tuple[list[str], list[str]]:
    """The rows of the passage's tables that concern the case, told as sentences; its sentences.

    `beside` are passages whose tables may hold the key of a row, such as a city's tier.
    """
    keys = _keys([table for p in beside for table in _tables(p.text)], case)
    rows = [
        _row_told(table[0], row)
        for table in _tables(passage.text)
        for row in _rows_for(table, keys, case)
    ]
    return rows, sentences(passage.text)


def on_excess(text: Sequence[str], language: Language) -> str | None:
    """The first sentence that says what becomes of what is above a limit."""
    return next((s for s in text if _EXCESS[language].search(s)), None)


def compare(case: str, rule: Sequence[str]) -> Comparison | None:
    """The first pair of figures with the same unit, or None.

    A rate of the case ("per night") is compared only where the rule speaks of that night too.
    """
    for sentence in rule:
        for bound in measures(sentence):
            for told in measures(case):
                if _comparable(told, bound, case, sentence):
                    return Comparison(told, bound)
    return None


def measures(text: str) -> list[Measure]:
    """All figures of a text that carry a unit, in order."""
    found = []
    for match in _MEASURE.finditer(text):
        unit = match["unit"].lower()
        if unit in _NOT_UNITS or match["unit"][0] in "月日年号":
            continue
        chinese = unit[0] >= "\u3400"
        shown = f"{match['value']}{match['unit'][:2]}" if chinese else match.group(0)
        if chinese:
            unit = "公里" if unit.startswith("公里") else unit[0]
            shown = f"{match['value']}{unit}"
        else:
            shown = f"{match['value']} {match['unit']}"
            unit = unit.removesuffix("s")
        value = Decimal(match["value"].replace(",", ""))
        found.append(Measure(value, shown, unit, (match["per"] or match["zh"] or "").lower()))
    return found


def _comparable(told: Measure, bound: Measure, case: str, sentence: str) -> bool:
    if told.unit != bound.unit or bound.unit in ("%", "percent"):
        return False
    if bound.per and bound.per != told.per and bound.per not in case.lower():
        return False
    return not told.per or told.per in sentence.lower()


Table = list[list[str]]


def _tables(text: str) -> list[Table]:
    """All Markdown tables as rows of cells, the header first."""
    tables: list[Table] = []
    inside = False
    for line in text.splitlines():
        if not line.lstrip().startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not inside:
            tables.append([])
        inside = True
        if not all(set(cell) <= set("-: ") for cell in cells):
            tables[-1].append(cells)
    return [table for table in tables if len(table) > 1]


def _keys(tables: Sequence[Table], case: str) -> dict[str, set[str]]:
    """First-column header → keys of the rows that name something in the case."""
    keys: dict[str, set[str]] = {}
    for header, *rows in tables:
        named = {row[0] for row in rows if any(_named(cell, case) for cell in row)}
        rest = [row[0] for row in rows if any(_is_rest(cell) for cell in row)]
        keys.setdefault(header[0], set()).update(named or rest)
    return keys


def _rows_for(table: Table, keys: dict[str, set[str]], case: str) -> list[list[str]]:
    header, *rows = table
    named = [row for row in rows if any(_named(cell, case) for cell in row)]
    keyed = [row for row in rows if row[0] in keys.get(header[0], set())]
    ranged = [row for row in rows if _in_range(row[0], header[0], case)]
    return named or keyed or ranged or rows


def _in_range(cell: str, header: str, case: str) -> bool:
    """Whether a figure of the case lies in the range that a cell names ("101 to 300 km")."""
    bounds = [Decimal(n.replace(",", "")) for n in _PLAIN.findall(cell)]
    units = {m.unit for m in measures(cell)} or {m.unit for m in measures(f"1 {header}")}
    values = [m.value for m in measures(case) if m.unit in units]
    if len(bounds) == 2:
        return any(bounds[0] <= value <= bounds[1] for value in values)
    if len(bounds) != 1:
        return False
    if _AT_MOST.search(cell):
        return any(value <= bounds[0] for value in values)
    if _MORE.search(cell):
        return any(value > bounds[0] for value in values)
    return bounds[0] in values


def _named(cell: str, case: str) -> bool:
    terms = (term.strip() for term in re.split(r"[,、，;]|\band\b|\bor\b", cell))
    words = (term for term in terms if len(term) > 1 and not re.search(r"\d", term))
    return any(word.lower() in case.lower() for word in words)


def _is_rest(cell: str) -> bool:
    return cell.lower().startswith(("all other", "other", "elsewhere", "其他", "其余"))


def _row_told(header: list[str], row: list[str]) -> str:
    """A row as a sentence: "Tier 2: Ceiling per night 450 CNY."."""
    chinese = header[0] >= "\u3400"
    rest = [f"{h} {c}".strip() for h, c in zip(header[1:], row[1:], strict=False)]
    if chinese:
        return f"{header[0]}{row[0]}：{'，'.join(rest)}。"
    return f"{header[0]} {row[0]}: {', '.join(rest)}."
