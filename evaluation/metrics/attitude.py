"""What a turn is like in its attitude: its closeness to phrases that people say then.

FED (Mehri & Eskenazi 2020, arXiv:2006.12719) asks a language model how likely it is that people go
on with praise or a complaint. Here the same idea needs an embedder only: the phrases are anchors
in its space, in the language of the dialogue (`data/phrases.yaml`).
"""

from functools import cache, partial
from importlib.resources import files

import numpy as np
import yaml

from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.metrics.metric import Metric

_FED = "after FED, arXiv:2006.12719"


def mean_closeness(corpus: Corpus, kind: str) -> Floats:
    """Mean cosine of each turn and the phrases of a kind, (T,); NaN for turns without a word."""
    return _closeness(corpus, kind, nearest=False)


def nearest_closeness(corpus: Corpus, kind: str) -> Floats:
    """Cosine of each turn and the nearest phrase of a kind, (T,); NaN without a word."""
    return _closeness(corpus, kind, nearest=True)


def rapport(corpus: Corpus) -> Floats:
    """Mean closeness to phrases of rapport, less that to phrases of trouble, (T,)."""
    return mean_closeness(corpus, "rapport") - mean_closeness(corpus, "trouble")


def _closeness(corpus: Corpus, kind: str, *, nearest: bool) -> Floats:
    chinese = corpus.chinese[corpus.dialogue_of]
    values = np.full(len(corpus.texts), np.nan)
    for language, turns in (("en", ~chinese), ("zh", chinese)):
        there = turns & (corpus.lengths > 0)
        if there.any():
            anchors = corpus.embed(phrases(language, kind)).astype(np.float64)
            cosines = corpus.embeddings[there].astype(np.float64) @ anchors.T
            values[there] = cosines.max(axis=1) if nearest else cosines.mean(axis=1)
    return values


@cache
def phrases(language: str, kind: str) -> tuple[str, ...]:
    """The phrases of a kind: trouble, rapport, stock or small_talk, in en or zh."""
    file = files("trialogue.evaluation") / "data" / "phrases.yaml"
    return tuple(yaml.safe_load(file.read_text(encoding="utf-8"))[language][kind])


METRICS = (
    Metric(
        "trouble",
        "turn",
        "Mean cosine of a turn's embedding and phrases of confusion, objection, evasion, "
        f"ignorance and hostility ({_FED}).",
        partial(mean_closeness, kind="trouble"),
        low=-1.0,
        better="lower",
        needs=frozenset({"embedder"}),
    ),
    Metric(
        "rapport",
        "turn",
        "Mean cosine of a turn's embedding and phrases of interest, delight and sharing, less "
        f"`trouble` ({_FED}).",
        rapport,
        low=-2.0,
        high=2.0,
        better="higher",
        needs=frozenset({"embedder"}),
    ),
    Metric(
        "stock_reply",
        "turn",
        "Cosine of a turn's embedding and the nearest of some replies that fit anywhere.",
        partial(nearest_closeness, kind="stock"),
        low=-1.0,
        better="lower",
        needs=frozenset({"embedder"}),
    ),
    Metric(
        "small_talk",
        "turn",
        "Mean cosine of a turn's embedding and phrases of greeting and small talk.",
        partial(mean_closeness, kind="small_talk"),
        low=-1.0,
        needs=frozenset({"embedder"}),
    ),
)
