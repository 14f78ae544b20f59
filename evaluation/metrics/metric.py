"""What a base metric is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from trialogue.evaluation.corpus import Corpus, Floats

Level = Literal["turn", "dialogue", "corpus"]
Better = Literal["higher", "lower", "neither"]
Need = Literal["embedder", "record"]


@dataclass(frozen=True)
class Metric:
    """A value for every turn, for every dialogue, or for a corpus as a whole.

    `compute` gives a float array of length T, D or 1; NaN means that the metric is not defined
    there. `low` and `high` bound it. `definition` says what is computed and who published it.
    `better` says which way is better, where that can be said. `needs` names what a corpus must
    bring: an embedder, or records of our own (user, goal, sources).
    """

    name: str
    level: Level
    definition: str
    compute: Callable[[Corpus], Floats]
    low: float = 0.0
    high: float = 1.0
    better: Better = "neither"
    needs: frozenset[Need] = frozenset()


def as_dialogue_values(metric: Metric, corpus: Corpus) -> Floats:
    """A metric's values by dialogue, (D,): a turn's are averaged; a corpus metric has none."""
    if metric.level == "corpus":
        return np.full(len(corpus.dialogues), np.nan)
    values = metric.compute(corpus)
    return corpus.per_dialogue(values) if metric.level == "turn" else values
