"""Reduces passages of rules to what concerns one case, so that a small model can apply them."""

import re
from collections.abc import Iterable, Sequence

from trialogue.agents import rule_tables
from trialogue.agents.measures import Comparison, Measure, compare, measures
from trialogue.records import Language, Passage

__all__ = ["Comparison", "Measure", "compare", "focus", "measures", "on_excess", "sentences"]

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"])|(?<=[。！？])\s*|\n{2,}")
_EXCESS = {
    "en": re.compile(r"\b(above|beyond|exceed\w*|the difference|the rest)\b", re.IGNORECASE),
    "zh": re.compile("超出|超过|超标|差额"),
}


def sentences(text: str) -> list[str]:
    """The sentences of running text, also across line ends; tables are left out."""
    lines = ("" if line.lstrip().startswith("|") else line for line in text.splitlines())
    parts = (" ".join(part.split()) for part in _SENTENCE.split("\n".join(lines)))
    return [part for part in parts if part]


def focus(passage: Passage, beside: Iterable[Passage], case: str) -> tuple[list[str], list[str]]:
    """The rows of the passage's tables that concern the case, told as sentences; its sentences.

    `beside` are passages whose tables may hold the key of a row, such as a city's tier.
    """
    known = rule_tables.keys([t for p in beside for t in rule_tables.tables(p.text)], case)
    rows = [
        rule_tables.told(table[0], row, case)
        for table in rule_tables.tables(passage.text)
        for row in rule_tables.rows_for(table, known, case)
    ]
    return rows, sentences(passage.text)


def on_excess(text: Sequence[str], language: Language) -> str | None:
    """The first sentence that says what becomes of what is above a limit."""
    return next((s for s in text if _EXCESS[language].search(s)), None)
