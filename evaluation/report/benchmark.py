"""The report's section on a benchmark: table 3 of paper R, and what nobody solved."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialogue.evaluation.benchmark import AccuracyRow, Benchmark
from trialogue.evaluation.report.blocks import Block, Cell, Chart, Note, Section, Table
from trialogue.evaluation.report.charts import COLOURS, drawn
from trialogue.evaluation.report.measures import between
from trialogue.evaluation.statistics import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_SHOWN = 20
_SHORT = 200


def section(found: Benchmark) -> Section:
    """The section `benchmark`."""
    blocks: list[Block] = [Note(text=described(found)), accuracy_table(found), _chart(found)]
    if found.unsolved:
        blocks.append(unsolved_table(found))
    return Section(id="benchmark", title=f"Benchmark on {found.name}", blocks=tuple(blocks))


def described(found: Benchmark) -> str:
    """What was asked, in a sentence."""
    kinds = ", ".join(f"{count:,} {kind.replace('_', '-')}" for kind, count in found.kinds.items())
    drawn_of = f", drawn of {found.of:,} with seed {found.seed}" if found.of > found.tasks else ""
    return f"{found.tasks:,} tasks ({kinds}) on {found.dialogues:,} dialogues{drawn_of}."


def accuracy_table(found: Benchmark) -> Table:
    """The share of right answers by kind and in all, with intervals, and what it took."""
    return Table(
        caption="Share of right answers (paper R, table 3) with Wilson's 95% interval; missing "
        "answers count neither as right nor as wrong",
        head=(
            *("model", "asked", "read", "math", "95%", "common sense", "95%", "all", "95%"),
            *("unreadable", "missing", "tokens a task", "USD"),
        ),
        rows=tuple(map(_cells, found.rows)),
    )


def _cells(row: AccuracyRow) -> tuple[Cell, ...]:
    estimates = (row.math, row.common_sense, row.all)
    shares = (cell for one in estimates for cell in (one.value, between(one.interval)))
    if row.usage is None:
        return (row.model, "", "", *shares, None, None, None, None)
    asked = row.all.n + row.all.missing
    tokens = round((row.usage.input_tokens + row.usage.output_tokens) / max(1, asked))
    missing = row.math.missing + row.common_sense.missing
    said = (row.unreadable, missing, tokens, row.usage.cost)
    return (row.model, row.asked, row.read, *shares, *said)


def unsolved_table(found: Benchmark) -> Table:
    """The first of the tasks that nobody answered rightly."""
    more = f"; the first {MOST_SHOWN}" if len(found.unsolved) > MOST_SHOWN else ""
    return Table(
        caption=f"{len(found.unsolved):,} tasks that no model answered rightly{more}",
        head=("task", "kind", "question", "label", "answers"),
        rows=tuple(
            (one.task_id, one.kind, one.question[:_SHORT], one.label, ", ".join(one.answers))
            for one in found.unsolved[:MOST_SHOWN]
        ),
    )


def _chart(found: Benchmark) -> Chart:
    """Bars by kind with their intervals: every model read leniently, and the majority class."""
    rows = [row for row in found.rows if row.read != "strict" and row.all.value is not None]

    def paint(axes: "Axes") -> None:
        for place, (kind, colour) in enumerate(zip(_KINDS, COLOURS, strict=False)):
            for line, row in enumerate(rows):
                for bar in _bars(getattr(row, kind)):
                    axes.barh(line + 0.25 * (place - 1), bar[0], 0.22, color=colour, xerr=bar[1])
            axes.barh([0], [0], 0, color=colour, label=kind.replace("_", " "))
        axes.set_yticks(range(len(rows)), [_named(row) for row in rows])
        axes.invert_yaxis()
        axes.set_xlim(0, 1)
        axes.set_xlabel("share of right answers")
        axes.legend(frameon=False)

    size = (6.4, 1.4 + 0.55 * len(rows))
    return drawn("benchmark-accuracy", "Right answers, read leniently", paint, size)


_KINDS = ("math", "common_sense", "all")


def _bars(found: Estimate) -> Iterator[tuple[float, list[list[float]]]]:
    if found.value is not None and found.interval is not None:
        low, high = found.interval
        yield found.value, [[max(0, found.value - low)], [max(0, high - found.value)]]


def _named(row: AccuracyRow) -> str:
    return f"{row.model}, {row.asked}" if row.asked else row.model
