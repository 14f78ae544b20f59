"""Metric files: a formula, and everything that is needed to compute it on other dialogues."""

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field, ValidationError

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.cross_validation import CrossValidation
from trialogue.evaluation.metrics import Metric, chosen_metrics
from trialogue.evaluation.rating_fit import Fitted
from trialogue.evaluation.tokens import tokenizer
from trialogue.evaluation.trees import Standard, Tree, names, parse
from trialogue.evaluation.views import metric_of, view_names, viewed
from trialogue.memory.embedders import make_embedder
from trialogue.records import Record

if TYPE_CHECKING:
    from trialogue.memory.embedders import Embedder

NAME = "metric"
LARGEST = 2**20


class LeafStandard(Standard):
    """A leaf's centre and scale on the fitted dialogues, and what its base metric computes."""

    definition: str = ""


class FittedOn(Record):
    """Where a metric comes from: file, rating, dialogues, seed, and what cross-validation said."""

    file: str
    rating: str
    dialogues: int
    seed: int
    bred: bool
    cross_validation: CrossValidation


class MetricFile(Record):
    """A metric of dialogues as a formula over leaves.

    A leaf NAME is a base metric by dialogue (a turn's are averaged), NAME@last its value at the
    last turn, NAME@user and NAME@assistant the mean over one side's turns. The formula sees
    (value - centre) / scale of each, kept within ±5; a value that is missing counts as its centre.
    """

    schema_version: Literal[1] = 1
    formula: str
    leaves: dict[str, LeafStandard] = Field(min_length=1)
    level: Literal["dialogue"] = "dialogue"
    missing: Literal["centre"] = "centre"
    tokenizer: str = "auto"
    embedder: str | None = None
    fitted_on: FittedOn | None = None
    versions: dict[str, str] = {}

    @property
    def tree(self) -> Tree:
        """The formula as a tree. Raises UsageError if it is none."""
        return parse(self.formula)

    def base_metrics(self) -> list[Metric]:
        """The metrics of the leaves. Raises UsageError for one that does not exist here."""
        return chosen_metrics(sorted({metric_of(leaf) for leaf in self.leaves}))

    def values(self, corpus: Corpus) -> Floats:
        """The metric of each dialogue of a corpus, (D,); NaN for a dialogue without turns.

        Another tokeniser or embedder than that of the corpus is used if the file says so.
        """
        raw = viewed(self._own(corpus), self.base_metrics())
        found = Fitted(self.tree, dict(self.leaves), bred=False).values(raw)
        return np.where(np.diff(corpus.first) > 0, found, np.nan)

    def _own(self, corpus: Corpus) -> Corpus:
        embedder = corpus.embedder
        if self.embedder is not None and (embedder is None or embedder.name != self.embedder):
            embedder = _embedder(self.embedder)
        if embedder is corpus.embedder and self.tokenizer == corpus.tokenizer:
            return corpus
        return Corpus(corpus.dialogues, self.tokenizer, embedder)

    def as_metric(self) -> Metric:
        """The same as a Metric named `metric`, to be listed among the base metrics."""
        on = self.fitted_on
        origin = f" Fitted to {on.rating!r} of {on.file}." if on else ""
        return Metric(
            NAME,
            "dialogue",
            f"{self.formula} over standardised leaves.{origin}",
            self.values,
            low=float("-inf"),
            high=float("inf"),
            better="higher",
            needs=frozenset({"embedder"} if self.embedder else ()),
        )


@cache
def _embedder(name: str) -> "Embedder":
    return make_embedder(name)


def read_metric_file(file: Path | str) -> MetricFile:
    """The metric of a file. Raises UsageError if it cannot be read or cannot be computed here."""
    path = Path(file)
    try:
        with path.open("rb") as source:
            found = MetricFile.model_validate_json(source.read(LARGEST))
    except OSError as error:
        raise UsageError(f"metric {path} cannot be read: {error.strerror or error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        told = f"{place}: {first['msg']}" if place else first["msg"]
        raise UsageError(f"{path} is not a metric file: {told}") from error
    try:
        _check(found)
    except UsageError as error:
        raise UsageError(f"{path} cannot be computed here: {error}") from error
    return found


def _check(found: MetricFile) -> None:
    without = [name for name in names(found.tree) if name not in found.leaves]
    if without:
        raise UsageError(f"the formula's {without[0]!r} is not among the leaves")
    known = found.base_metrics()
    if found.embedder is None and any("embedder" in metric.needs for metric in known):
        raise UsageError("a leaf needs an embedder, and the file names none")
    if found.tokenizer != "auto":
        tokenizer(found.tokenizer)
    views = {view for metric in known for view in view_names(metric)}
    for leaf in found.leaves:
        if leaf not in views:
            raise UsageError(f"{leaf!r} has no value by dialogue")


def write_metric_file(metric: MetricFile, file: Path | str) -> Path:
    """Write it, whole or not at all; gives its path. Raises UsageError."""
    path = Path(file)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(metric.model_dump_json(indent=2) + "\n", encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    return path
