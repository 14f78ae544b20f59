"""What was measured: for machines as an object, for people as tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trialogue.evaluation.evaluated import Evaluation
from trialogue.evaluation.report.blocks import Table
from trialogue.evaluation.report.measures import comparison, metric_table, table_one
from trialogue.evaluation.report.page import shown
from trialogue.evaluation.report.run import end_table, goal_table

if TYPE_CHECKING:
    from trialogue.evaluation.duplicates import Copy
    from trialogue.rating_agreement import Agreement

_WIDEST = 44
_MOST_LINES = 10


def as_data(found: "Evaluation | Agreement") -> dict[str, Any]:
    """Everything that was measured, ready for JSON."""
    data = found.model_dump(mode="json")
    return data if isinstance(found, Evaluation) else {**data, "metrics": found.entries()}


def told(found: "Evaluation | Agreement") -> Iterator[str]:
    """What was measured as lines for people."""
    yield from _evaluation(found) if isinstance(found, Evaluation) else _agreement(found)


def _evaluation(found: Evaluation) -> Iterator[str]:
    goals = (goal_table(found.goals), end_table(found.goals)) if found.goals else ()
    for table in (table_one(found.sets), *goals, metric_table(found.sets)):
        yield from (*lines(table), "")
    for name, differences in found.compared.items():
        if differences:
            yield from (*lines(comparison(name, differences, found.sets[0].name)), "")
        else:
            yield f"{name} and {found.sets[0].name}: no two dialogues pair up"
    yield from _notes(found)
    yield from _copies("near-duplicates", found.duplicates)
    yield from _copies("copies of the reference", found.copied)
    yield from unread(found.unread)
    if found.report:
        yield f"report: {found.report}"


def _notes(found: Evaluation) -> Iterator[str]:
    for name, one in found.similarities.items():
        yield (
            f"{name}: cosine between dialogues {shown(one.mean)} mean, {shown(one.minimum)} least, "
            f"{shown(one.maximum)} most ({' and '.join(one.nearest or ())})"
        )
    for name, count in found.guessed.items():
        yield f"{name}: {count} dialogues have turns without a speaker, read in turn"
    for name, counts in found.judged.items():
        yield (
            f"{name}: {counts.answers} answers of judges, {counts.missing} missing, "
            f"{counts.weighed} weighed by token probabilities"
        )


def _copies(title: str, found: "Mapping[str, Sequence[Copy]]") -> Iterator[str]:
    for name, copies in found.items():
        yield f"{name}: {len(copies):,} {title}"
        for copy in copies[:_MOST_LINES]:
            yield f"  {copy.first} and {copy.second}: {copy.similarity:.2f}"
        if len(copies) > _MOST_LINES:
            yield f"  and {len(copies) - _MOST_LINES:,} more, which --json lists"


def unread(found: Sequence[str]) -> Iterator[str]:
    """What could not be used, the first lines of it."""
    for line in found[:_MOST_LINES]:
        yield f"left out: {line}"
    if len(found) > _MOST_LINES:
        yield f"left out: {len(found) - _MOST_LINES:,} more, which --json lists"


def _agreement(found: "Agreement") -> Iterator[str]:
    yield from lines(found.table())
    if found.guessed:
        yield f"{found.guessed} dialogues have turns without a speaker, read in turn"
    yield from unread(found.unread)
    if found.report:
        yield f"report: {found.report}"


def lines(table: Table) -> Iterator[str]:
    """A table as lines: texts to the left, numbers to the right."""
    rows = [[shown(cell)[:_WIDEST] for cell in row] for row in table.rows]
    widths = [max(map(len, column)) for column in zip(table.head, *rows, strict=True)]
    right = [any(isinstance(row[i], int | float) for row in table.rows) for i in range(len(widths))]
    yield table.caption
    for row in (list(table.head), *rows):
        cells = zip(row, widths, right, strict=True)
        yield "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in cells).rstrip()
