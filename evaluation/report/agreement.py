"""The report's section on how metrics agree with people's ratings."""

from collections.abc import Sequence

from trialogue.evaluation.cross_validation import CrossValidation
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


def fold_table(rating: str, found: CrossValidation) -> Table:
    """The agreement on each fold, of a tree that was fitted without it, and their mean."""
    rows: list[tuple[Cell, ...]] = [
        (str(number), fold.dialogues, fold.spearman, "")
        for number, fold in enumerate(found.folds, 1)
    ]
    mean = found.mean
    return Table(
        caption=f"Agreement with {rating!r} on folds that the fit did not see",
        head=("fold", "dialogues", "Spearman", "95% interval"),
        rows=(*rows, ("mean", mean.n, mean.value, between(mean.interval))),
    )
