"""Agreement of metrics with people's ratings (METHOD §6)."""

import numpy as np

from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.metrics.metric import Metric, as_dialogue_values
from trialogue.evaluation.statistics import Correlations, correlations


def agreement(metric: Metric, corpus: Corpus, ratings: Floats, seed: int = 0) -> Correlations:
    """How a metric's values agree with one rating a dialogue, (D,); NaN means not rated."""
    return correlations(metric.name, as_dialogue_values(metric, corpus), ratings, seed)


def strength(found: Correlations) -> float:
    """The absolute Spearman correlation, -1 where there is none: for ordering."""
    value = found.spearman.value
    return -1.0 if value is None or np.isnan(value) else abs(value)
