"""How a file writes its answers, and rows that are no task."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from trialogue.evaluation.audit.check import Case, Check, counted
from trialogue.evaluation.posed_task import PosedTask

TYPES = "answers of one kind in several JSON types or notations"
UNREAD = "rows that are no task: no question, no dialogue, or an answer that is no label"
_FORMS = (
    (re.compile(r"-?\d+"), "whole number as text"),
    (re.compile(r"-?\d+\.0+"), "whole number with .0 as text"),
    (re.compile(r"-?\d+\.\d+"), "decimal number as text"),
    (re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?"), "number with commas as text"),
)


def answer_types(tasks: Sequence[PosedTask]) -> Check:
    """JSON types and notations by kind; a set in one notation a kind is as it should be.

    A whole number and a decimal one in the same type are one notation.
    """
    forms: dict[str, Counter[str]] = {}
    for posed in tasks:
        forms.setdefault(posed.task.kind, Counter())[form(posed.answer)] += 1
    usual = {kind: found.most_common(1)[0][0] for kind, found in forms.items()}
    cases = [
        Case(id=posed.task.id, why=f"{str(posed.answer)[:40]!r}: {form(posed.answer)}")
        for posed in tasks
        if not _alike(form(posed.answer), usual[posed.task.kind])
    ]
    told = "; ".join(
        f"{kind}: {', '.join(f'{count:,} {name}' for name, count in found.most_common())}"
        for kind, found in sorted(forms.items())
    )
    check = counted("answer_types", TYPES, cases, len(tasks), "are written unlike the rest")
    return check.model_copy(update={"found": f"{check.found} ({told})"})


def unread_rows(unread: Sequence[str], tasks: int) -> Check:
    """What could not be read, as it was told (`file:line: why`)."""
    cases = [Case(id=told.partition(": ")[0], why=told.partition(": ")[2]) for told in unread]
    return counted("unread_rows", UNREAD, cases, tasks + len(cases), "rows are no task")


def form(answer: Any) -> str:
    """How an answer is written: its JSON type, and for text what kind of text."""
    if isinstance(answer, bool):
        return "true or false"
    if isinstance(answer, int):
        return "integer"
    if isinstance(answer, float):
        return "float"
    text = str(answer)
    named = next((name for shape, name in _FORMS if shape.fullmatch(text)), None)
    if named is not None:
        return named
    if any(character.isdigit() for character in text):
        return "number with other signs as text"
    return f"text {text[:20]!r}" if text != text.strip() or len(text) > 20 else "text"


def _alike(first: str, second: str) -> bool:
    plain = {"whole number as text", "decimal number as text"}
    return first == second or {first, second} <= plain
