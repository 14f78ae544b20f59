"""How metrics agree with people's ratings: `evaluate --against` and its twin in Python."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialogue.dialogue_sets import PathLike
from trialogue.evaluating import chosen_or_all, fitted_metric, report_folder, report_title
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.metrics import Metric
from trialogue.evaluation.ratings import agreements, strength
from trialogue.evaluation.report import Table, put_section
from trialogue.evaluation.report.agreement import agreement_table, section
from trialogue.evaluation.statistics import Correlations
from trialogue.memory.embedders import make_embedder
from trialogue.rated_files import read_rated
from trialogue.records import Record

if TYPE_CHECKING:
    from trialogue.memory.embedders import Embedder


class Agreement(Record):
    """Correlations of metrics with a rating, the strongest (by |Spearman|) first.

    `rated` of `dialogues` have the rating. `unread` says what could not be used, `guessed` how
    many dialogues do not say everywhere who speaks, `report` is the page that was written.
    """

    rating: str
    dialogues: int
    rated: int
    metrics: tuple[Correlations, ...]
    unread: tuple[str, ...] = ()
    guessed: int = 0
    report: str | None = None

    def entries(self) -> list[dict[str, Any]]:
        """The correlations ready for JSON: name, spearman, pearson, kendall, n, missing."""
        return [_entry(found) for found in self.metrics]

    def table(self) -> Table:
        """The correlations as a table for people."""
        caption = (
            f"Agreement with {self.rating!r} of {self.rated:,} rated dialogues "
            f"({self.dialogues:,} read)"
        )
        return agreement_table(caption, self.metrics)


def evaluate_against(
    ratings: PathLike,
    *,
    rating: str | None = None,
    metrics: Sequence[str | Metric] | None = None,
    tokenizer: str = "auto",
    embedder: "str | Embedder | None" = "local",
    strict: bool = False,
    report: PathLike | None = None,
    metric: PathLike | None = None,
) -> Agreement:
    """Correlate base metrics with a rating of whole dialogues, or of their last turn.

    `ratings` is a file of dialogues with `ratings: {name: number or null}`; NaN, null and what is
    missing are not rated. `rating` is `overall` by default, or the only one there is. A metric of
    turns stands there twice: averaged, and as NAME@last for the last turn alone. `metric` is a
    metric file, which is compared too, as `metric`. The other arguments are those of `evaluate`.

    Raises UsageError for what the caller can mend, also if nothing has this rating.
    """
    folder = report_folder(report)
    chosen = chosen_or_all(metrics, with_embedder=embedder is not None)
    chosen += fitted_metric(metric, with_embedder=embedder is not None)
    found = read_rated(ratings, rating, strict=strict)
    made = make_embedder(embedder) if isinstance(embedder, str) else embedder
    corpus = Corpus(found.dialogues, tokenizer, made)
    results = (result for one in chosen for result in agreements(one, corpus, found.given))
    agreement = Agreement(
        rating=found.rating,
        dialogues=len(found.dialogues),
        rated=int(found.there.sum()),
        metrics=tuple(sorted(results, key=lambda one: (-strength(one), one.name))),
        unread=found.unread,
        guessed=found.guessed,
    )
    if folder is None:
        return agreement
    page = put_section(
        folder, section(Path(ratings).name, agreement.table()), title=report_title(folder)
    )
    return agreement.model_copy(update={"report": str(page)})


def _entry(found: Correlations) -> dict[str, Any]:
    return {
        "name": found.name,
        **dict(_coefficients(found)),
        "n": found.n,
        "missing": found.missing,
    }


def _coefficients(found: Correlations) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in ("spearman", "pearson", "kendall"):
        estimate = getattr(found, kind)
        interval = None if estimate.interval is None else list(estimate.interval)
        yield kind, {"value": estimate.value, "interval": interval}
