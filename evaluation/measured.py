"""One set of dialogues measured, and two sets compared where their dialogues pair up."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.metrics import Metric, as_dialogue_values
from trialogue.evaluation.metrics.metric import Better, Level
from trialogue.evaluation.statistics import Difference, Estimate, holm, mean, paired
from trialogue.evaluation.table_one import TableOne, table_one
from trialogue.records import Record


class Described(Protocol):
    """What a table says of a value by dialogue: a Metric, or a quality that a judge rates."""

    @property
    def name(self) -> str:
        """The name."""

    @property
    def level(self) -> Level:
        """What has a value: a turn, a dialogue or a corpus."""

    @property
    def definition(self) -> str:
        """What it is, and who published it."""

    @property
    def better(self) -> Better:
        """Which way is better."""


class MetricValue(Record):
    """A metric on a set: the mean over dialogues with its bootstrap interval over dialogues.

    A corpus metric has a value without an interval. `lowest` and `highest` are ids of dialogues
    at the extremes, up to three each, the most extreme first.
    """

    name: str
    level: Level
    better: Better
    definition: str
    estimate: Estimate
    lowest: tuple[str, ...] = ()
    highest: tuple[str, ...] = ()


class Measured(Record):
    """A set of dialogues under a name, with what was measured on it."""

    name: str
    table: TableOne
    metrics: tuple[MetricValue, ...]

    def metric(self, name: str) -> MetricValue:
        """The value of the metric called `name`; KeyError if it was not measured."""
        return {value.name: value for value in self.metrics}[name]


class Compared(Record):
    """How two sets differ on a metric over the dialogues that both have (second - first)."""

    name: str
    better: Better
    pairs: int
    difference: Difference


def values_of(corpus: Corpus, metrics: Sequence[Metric]) -> dict[str, Floats]:
    """Every metric by dialogue, (D,); a corpus metric is one value, (1,)."""
    return {
        metric.name: metric.compute(corpus)
        if metric.level == "corpus"
        else as_dialogue_values(metric, corpus)
        for metric in metrics
    }


def measured(
    name: str, corpus: Corpus, metrics: Sequence[Described], values: Mapping[str, Floats]
) -> Measured:
    """Table 1 and the metrics of a set, from `values_of`."""
    ids = [dialogue.id for dialogue in corpus.dialogues]
    found = tuple(_value(metric, values[metric.name], ids) for metric in metrics)
    return Measured(name=name, table=table_one(corpus), metrics=found)


def _value(metric: Described, values: Floats, ids: Sequence[str]) -> MetricValue:
    estimate = mean(values)
    lowest: tuple[str, ...] = ()
    highest: tuple[str, ...] = ()
    if metric.level == "corpus":
        estimate = estimate.model_copy(update={"interval": None})
    else:
        lowest, highest = _extremes(values, ids), _extremes(-values, ids)
    return MetricValue(
        name=metric.name,
        level=metric.level,
        better=metric.better,
        definition=metric.definition,
        estimate=estimate,
        lowest=lowest,
        highest=highest,
    )


def _extremes(values: Floats, ids: Sequence[str], count: int = 3) -> tuple[str, ...]:
    order = np.argsort(values, kind="stable")
    there = order[np.isfinite(values[order])][:count]
    return tuple(ids[i] for i in there)


def compared(
    first: tuple[Corpus, Mapping[str, Floats]],
    second: tuple[Corpus, Mapping[str, Floats]],
    metrics: Sequence[Described],
) -> tuple[Compared, ...]:
    """Paired differences on the dialogues whose ids both sets have; none if there are fewer
    than two."""
    known = {dialogue.id: i for i, dialogue in enumerate(first[0].dialogues)}
    pairs = [(known[d.id], j) for j, d in enumerate(second[0].dialogues) if d.id in known]
    if len(pairs) < 2:
        return ()
    mine, theirs = np.array(pairs).T
    kept = [metric for metric in metrics if metric.level != "corpus"]
    found = [paired(first[1][m.name][mine], second[1][m.name][theirs]) for m in kept]
    corrected = holm([difference.p for difference in found])
    return tuple(
        Compared(
            name=metric.name,
            better=metric.better,
            pairs=len(pairs),
            difference=difference.model_copy(update={"adjusted": p}),
        )
        for metric, difference, p in zip(kept, found, corrected, strict=True)
    )
