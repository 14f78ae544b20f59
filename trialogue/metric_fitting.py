"""Fits a metric to people's ratings: `trialogue fit-metric` and its twin in Python (METHOD §4)."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trialogue.dialogue_sets import PathLike
from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.cross_validation import CrossValidation, cross_validated
from trialogue.evaluation.folds import conversations
from trialogue.evaluation.metric_file import FittedOn, LeafStandard, MetricFile, write_metric_file
from trialogue.evaluation.metrics import Metric, all_metrics, chosen_metrics
from trialogue.evaluation.rank_agreement import spearman
from trialogue.evaluation.rating_fit import PLAN, FitPlan, Fitted, fitted, varies
from trialogue.evaluation.trees import formula, size
from trialogue.evaluation.views import metric_of, view_names, viewed
from trialogue.memory.embedders import make_embedder
from trialogue.rated_files import Rated, read_rated
from trialogue.records import Record

if TYPE_CHECKING:
    from trialogue.memory.embedders import Embedder

# What says something of a dialogue by itself, whatever other dialogues stand in the same file,
# and of one of three turns as of one of thirty.
LEAVES = (
    "turn_length", "token_entropy", "mtld", "user_share", "embedding_coherence", "question_share",
    "distinct_1_response", "distinct_2_response", "distinct_3", "repetition", "trouble", "rapport",
    "stock_reply", "small_talk", "sentiment", "first_person_share", "second_person_share",
    "negation_share", "sentences", "brief_share", "context_coherence", "self_coherence",
    "self_repetition",
)  # fmt: skip
ALL = "all"
FEWEST = 20
_IN_A_FOLD = 4

Told = Callable[[str], None]


class FittedMetric(Record):
    """What `fit_metric` came to.

    `rated` of `dialogues` have the rating. `nodes` is the size of the tree. `training` is the
    agreement with the ratings that it was fitted to, which says little: see `cross_validation`.
    `file` is where the metric file was written.
    """

    formula: str
    nodes: int
    rating: str
    dialogues: int
    rated: int
    training: float | None
    cross_validation: CrossValidation
    metric: MetricFile
    file: str | None = None
    unread: tuple[str, ...] = ()
    guessed: int = 0

    def data(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return self.model_dump(mode="json")


def fit_metric(
    ratings: PathLike,
    *,
    out: PathLike | None = None,
    rating: str | None = None,
    leaves: Sequence[str] | None = None,
    folds: int = 5,
    seed: int = 0,
    tokenizer: str = "auto",
    embedder: "str | Embedder | None" = "local",
    strict: bool = False,
    plan: FitPlan = PLAN,
    told: Told = lambda step: None,
) -> FittedMetric:
    """Find a metric tree that agrees with people's ratings of dialogues, or of their last turns.

    `ratings` is a file as `evaluate_against` takes it; `rating` is `overall` by default, or the
    only one there is. `leaves` are names of base metrics or of single views of them (NAME@last,
    @user, @assistant), or `all`. The tree that is written to `out` is fitted to all ratings; what
    it is worth is said by `folds` other trees, each compared on the part that it was fitted
    without. `told` hears every step.

    Raises UsageError for what the caller can mend: too few ratings, all alike, no such rating.
    """
    metrics, wanted = chosen_leaves(leaves, with_embedder=embedder is not None)
    _check_place(out)
    found = read_rated(ratings, rating, strict=strict)
    given = found.given[found.there]
    _check_ratings(ratings, found.rating, given, folds)
    told(f"measuring {len(given):,} dialogues")
    made = make_embedder(embedder) if isinstance(embedder, str) else embedder
    rated = [d for d, there in zip(found.dialogues, found.there, strict=True) if there]
    corpus = Corpus(rated, tokenizer, made)
    raw = {name: row for name, row in viewed(corpus, metrics).items() if name in wanted}
    if not any(map(varies, raw.values())):
        raise UsageError(f"{ratings}: no leaf tells these dialogues apart")
    groups = conversations(rated)
    validation = cross_validated(
        raw, given, groups, count=folds, seed=seed, plan=plan,
        watch=lambda number: told(f"fitting without fold {number + 1} of {folds}"),
    )  # fmt: skip
    told("fitting to all dialogues")
    tree = fitted(raw, given, groups, np.random.default_rng([seed, 3]), plan)
    on = FittedOn(
        file=Path(ratings).name,
        rating=found.rating,
        dialogues=len(given),
        seed=seed,
        bred=tree.bred,
        cross_validation=validation,
    )
    metric = _metric_file(tree, metrics, on, tokenizer, made)
    return _result(found, tree, raw, metric, out)


def chosen_leaves(
    names: Sequence[str] | None, *, with_embedder: bool
) -> tuple[list[Metric], set[str]]:
    """The metrics of leaves, and the leaves themselves; without an embedder what needs none.

    Raises UsageError for a name that there is not, or for nothing.
    """
    if names is not None and list(names) != [ALL]:
        metrics = chosen_metrics([metric_of(name) for name in names])
        wanted = {view for m in metrics for view in view_names(m) if {m.name, view} & set(names)}
        without = [name for name in names if name not in wanted]
        if without:
            raise UsageError(f"{without[0]!r} has no value by dialogue: it cannot be a leaf")
        return metrics, wanted
    offered = list(all_metrics().values()) if names else chosen_metrics(LEAVES)
    metrics = [m for m in offered if with_embedder or "embedder" not in m.needs]
    return metrics, {view for metric in metrics for view in view_names(metric)}


def _check_place(out: PathLike | None) -> None:
    if out is not None and (Path(out).is_dir() or not Path(out).absolute().parent.is_dir()):
        raise UsageError(f"{out} cannot be written: name a file in a folder that exists")


def _check_ratings(file: PathLike, rating: str, given: Floats, folds: int) -> None:
    if folds < 2:
        raise UsageError(f"cross-validation needs at least 2 folds, not {folds}")
    fewest = max(FEWEST, _IN_A_FOLD * folds)
    if len(given) < fewest:
        raise UsageError(
            f"{file}: {len(given)} dialogues are rated for {rating!r}; "
            f"to fit a metric in {folds} folds takes {fewest}"
        )
    if np.ptp(given) == 0:
        raise UsageError(
            f"{file}: all ratings of {rating!r} are {given[0]:g}; nothing to agree with"
        )


def _metric_file(
    tree: Fitted,
    metrics: Sequence[Metric],
    on: FittedOn,
    tokenizer: str,
    embedder: "Embedder | None",
) -> MetricFile:
    by_name = {metric.name: metric for metric in metrics}
    used = {leaf: by_name[metric_of(leaf)] for leaf in tree.standards}
    needed = embedder is not None and any("embedder" in m.needs for m in used.values())
    return MetricFile(
        formula=formula(tree.tree),
        leaves={
            leaf: LeafStandard(**standard.model_dump(), definition=used[leaf].definition)
            for leaf, standard in tree.standards.items()
        },
        tokenizer=tokenizer,
        embedder=embedder.name if embedder is not None and needed else None,
        fitted_on=on,
        versions=_versions(),
    )


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("trialogue", "numpy")}


def _result(
    found: Rated, tree: Fitted, raw: Mapping[str, Floats], metric: MetricFile, out: PathLike | None
) -> FittedMetric:
    on = metric.fitted_on
    assert on is not None
    training = spearman(tree.values(raw), found.given[found.there])
    return FittedMetric(
        formula=metric.formula,
        nodes=size(tree.tree),
        rating=found.rating,
        dialogues=len(found.dialogues),
        rated=on.dialogues,
        training=None if np.isnan(training) else training,
        cross_validation=on.cross_validation,
        metric=metric,
        file=None if out is None else str(write_metric_file(metric, Path(out))),
        unread=found.unread,
        guessed=found.guessed,
    )
