"""The judge's dimensions beside the base metrics: the same tables, intervals and comparisons."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.evaluated import JudgeCounts
from trialogue.evaluation.judge import DIMENSIONS, Judgement
from trialogue.evaluation.metrics.metric import Better, Level


@dataclass(frozen=True)
class Quality:
    """What the judge rates, described as a metric is; nothing computes it from the text."""

    name: str
    definition: str
    level: Level = "dialogue"
    better: Better = "higher"


QUALITIES = (
    *(
        Quality(
            f"judge_{dimension}", f"The judge's {dimension}, 1 to 5 on an anchored rubric (R §4.1)."
        )
        for dimension in DIMENSIONS
    ),
    Quality("judge_mean", "h: the mean of the judge's coherence, fluency and diversity (R §4.1)."),
)


def judged_values(judgements: Sequence[Judgement]) -> dict[str, Floats]:
    """The judge's values by name, each (D,); NaN where no answer could be used."""
    columns = {
        f"judge_{dimension}": [found.scores.get(dimension) for found in judgements]
        for dimension in DIMENSIONS
    }
    columns["judge_mean"] = [found.mean for found in judgements]
    return {name: np.array(column, dtype=np.float64) for name, column in columns.items()}


def judge_counts(judgements: Sequence[Judgement], judges: int) -> JudgeCounts:
    """How the answers of so many judges came."""
    return JudgeCounts(
        answers=len(judgements) * len(DIMENSIONS) * judges,
        missing=sum(found.missing for found in judgements),
        weighed=sum(found.weighed for found in judgements),
    )


def set_score(judgements: Sequence[Judgement | None]) -> float:
    """h of a set: the mean over dimensions of each one's mean over the dialogues that have it.

    NaN where a dimension has no answer at all.
    """
    there = [found for found in judgements if found is not None]
    means = []
    for dimension in DIMENSIONS:
        values = [v for found in there if (v := found.scores.get(dimension)) is not None]
        means.append(sum(values) / len(values) if values else float("nan"))
    return float(np.mean(means))
