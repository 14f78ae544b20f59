"""What every plugged-in metric must do; its author can run this in a test."""

from collections.abc import Sequence

import numpy as np

from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.metrics.metric import Metric
from trialogue.memory.hash_embedder import HashEmbedder
from trialogue.records import Dialogue, ScenarioRef, Turn, UserProfile

_SETS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (),
    ((),),
    (("Hello.",), ()),
    (("Is the hotel paid?", "Yes, up to 450 yuan."), ("", "!"), ("酒店报销吗？", "报销。")),
    (("a b a b " * 300, "b a"), ("one two", "three", "one two", "four", "one", "two")),
)


def check_metric(metric: Metric) -> None:
    """A metric is described, has the promised shape and range, and says NaN where it has no value.

    It meets no dialogues, empty ones, single turns, two languages and a long turn. Raises
    AssertionError with the sentence that does not hold.
    """
    assert isinstance(metric, Metric), "a metric is a Metric"
    assert metric.name, "a metric has a name"
    assert metric.definition, "a metric says what it computes"
    assert metric.low <= metric.high, "a metric's range is in order"
    for lines in _SETS:
        _check_values(metric, lines)


def _check_values(metric: Metric, lines: Sequence[Sequence[str]]) -> None:
    corpus = _corpus(lines)
    values = metric.compute(corpus)
    size = {"turn": len(corpus.texts), "dialogue": len(corpus.dialogues), "corpus": 1}
    assert isinstance(values, np.ndarray), "a metric gives an array"
    assert values.shape == (size[metric.level],), f"a metric has a value a {metric.level}"
    there = values[~np.isnan(values)]
    assert np.all((there >= metric.low - 1e-6) & (there <= metric.high + 1e-6)), (
        "a metric keeps its range"
    )
    again = metric.compute(_corpus(lines))
    assert np.array_equal(values, again, equal_nan=True), "the same dialogues have the same values"


def _corpus(lines: Sequence[Sequence[str]]) -> Corpus:
    user = UserProfile(id="u", identity="", intent="to know what is paid", problems=())
    here = ScenarioRef(id="contract", name="contract", language="en")
    dialogues = [
        Dialogue(
            id=str(number),
            scenario=here,
            user=user,
            stop_reason="made",
            turns=tuple(
                Turn(speaker="assistant" if place % 2 else "user", text=text)
                for place, text in enumerate(turns)
            ),
        )
        for number, turns in enumerate(lines)
    ]
    return Corpus(dialogues, embedder=HashEmbedder())
