"""Agreement of metrics with people's ratings (METHOD §6)."""

from collections.abc import Iterator

import numpy as np

from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.metrics.metric import Metric, as_dialogue_values
from trialogue.evaluation.statistics import Correlations, correlations

LAST = "@last"


def agreements(
    metric: Metric, corpus: Corpus, ratings: Floats, seed: int = 0
) -> Iterator[Correlations]:
    """How a metric's values agree with one rating a dialogue, (D,); NaN means not rated.

    A metric of turns also gives, as NAME@last, the agreement of its value at the last turn.
    """
    if metric.level != "turn":
        yield correlations(metric.name, as_dialogue_values(metric, corpus), ratings, seed)
        return
    values = metric.compute(corpus)
    yield correlations(metric.name, corpus.per_dialogue(values), ratings, seed)
    yield correlations(f"{metric.name}{LAST}", at_last_turn(corpus, values), ratings, seed)


def at_last_turn(corpus: Corpus, values: Floats) -> Floats:
    """Turn values, (T,), of the last turn of each dialogue, (D,); NaN where there is no turn."""
    found = np.full(len(corpus.dialogues), np.nan)
    there = np.diff(corpus.first) > 0
    found[there] = values[corpus.first[1:][there] - 1]
    return found


def strength(found: Correlations) -> float:
    """The absolute Spearman correlation, -1 where there is none: for ordering."""
    value = found.spearman.value
    return -1.0 if value is None or np.isnan(value) else abs(value)
