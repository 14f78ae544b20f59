"""The report's section on how metrics agree with people's ratings."""

from collections.abc import Sequence

from trialogue.evaluation.report.blocks import Cell, Section, Table
from trialogue.evaluation.report.measures import between
from trialogue.evaluation.statistics import Correlations

_KINDS = ("Spearman", "95% interval", "Pearson", "95% interval", "Kendall", "95% interval")


def section(file: str, table: Table) -> Section:
    """The section `agreement` on a file of ratings."""
    return Section(id="agreement", title=f"Agreement with {file}", blocks=(table,))


def agreement_table(caption: str, found: Sequence[Correlations]) -> Table:
    """The three correlations of every metric with their intervals."""
    return Table(
        caption=caption,
        head=("metric", *_KINDS, "n", "missing"),
        rows=tuple((one.name, *_cells(one), one.n, one.missing) for one in found),
    )


def _cells(found: Correlations) -> tuple[Cell, ...]:
    estimates = (found.spearman, found.pearson, found.kendall)
    return tuple(cell for one in estimates for cell in (one.value, between(one.interval)))
