"""One set of dialogues measured, and two sets compared where their dialogues pair up."""

from collections.abc import Mapping, Sequence

import numpy as np

from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.metrics import Metric, as_dialogue_values
from trialogue.evaluation.metrics.metric import Better, Level
from trialogue.evaluation.statistics import Difference, Estimate, mean, paired
from trialogue.evaluation.table_one import TableOne, table_one
from trialogue.records import Record


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
    name: str, corpus: Corpus, metrics: Sequence[Metric], values: Mapping[str, Floats]
) -> Measured:
    """Table 1 and the metrics of a set, from `values_of`."""
    ids = [dialogue.id for dialogue in corpus.dialogues]
    found = tuple(_value(metric, values[metric.name], ids) for metric in metrics)
    return Measured(name=name, table=table_one(corpus), metrics=found)


def _value(metric: Metric, values: Floats, ids: Sequence[str]) -> MetricValue:
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
    metrics: Sequence[Metric],
) -> tuple[Compared, ...]:
    """Paired differences on the dialogues whose ids both sets have; none if there are fewer
    than two."""
    known = {dialogue.id: i for i, dialogue in enumerate(first[0].dialogues)}
    pairs = [(known[d.id], j) for j, d in enumerate(second[0].dialogues) if d.id in known]
    if len(pairs) < 2:
        return ()
    mine, theirs = np.array(pairs).T
    return tuple(
        Compared(
            name=metric.name,
            better=metric.better,
            pairs=len(pairs),
            difference=paired(first[1][metric.name][mine], second[1][metric.name][theirs]),
        )
        for metric in metrics
        if metric.level != "corpus"
    )
