"""How close a turn is to what stood before it: to the context, and to its own speaker's words."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.metrics.metric import Metric

CONTEXT = 4
SAME = 0.9


def context_coherence(corpus: Corpus) -> Floats:
    """Cosine of each turn's embedding and the mean of up to 4 before it, (T,); NaN for a first."""
    values = np.full(len(corpus.texts), np.nan)
    for start, rows in _dialogues(corpus):
        before = np.cumsum(np.vstack([np.zeros_like(rows[:1]), rows]), axis=0)
        for place in range(1, len(rows)):
            context = before[place] - before[max(0, place - CONTEXT)]
            norm = float(np.linalg.norm(context))
            values[start + place] = rows[place] @ context / norm if norm > 0 else np.nan
    return np.clip(values, -1, 1, out=values)


def self_coherence(corpus: Corpus) -> Floats:
    """Cosine of each turn's embedding and the same speaker's turn before, (T,)."""
    return _to_own(corpus, last=True)


def self_repetition(corpus: Corpus) -> Floats:
    """Whether a cosine with an earlier turn of the same speaker reaches 0.9, (T,)."""
    nearest = _to_own(corpus, last=False)
    return np.where(np.isnan(nearest), np.nan, nearest >= SAME)


def _to_own(corpus: Corpus, *, last: bool) -> Floats:
    """Cosine with the last, or the nearest, earlier turn of the speaker; NaN without one."""
    values = np.full(len(corpus.texts), np.nan)
    for start, rows in _dialogues(corpus):
        by_user = corpus.by_user[start : start + len(rows)]
        for who in (True, False):
            places = np.flatnonzero(by_user == who)
            own = rows[places]
            for i in range(1, len(places)):
                earlier = own[i - 1 : i] if last else own[:i]
                values[start + places[i]] = (earlier @ own[i]).max()
    return np.clip(values, -1, 1, out=values)


def _dialogues(corpus: Corpus) -> Iterator[tuple[int, Floats]]:
    """Where each dialogue that has turns begins, and their embeddings."""
    for start, end in pairwise(corpus.first.tolist()):
        if end > start:
            yield start, corpus.embeddings[start:end].astype(np.float64)


METRICS = (
    Metric(
        "context_coherence",
        "turn",
        "Cosine of the embeddings of a turn and the mean of up to four turns before it.",
        context_coherence,
        low=-1.0,
        better="higher",
        needs=frozenset({"embedder"}),
    ),
    Metric(
        "self_coherence",
        "turn",
        "Cosine of the embeddings of a turn and the same speaker's turn before.",
        self_coherence,
        low=-1.0,
        needs=frozenset({"embedder"}),
    ),
    Metric(
        "self_repetition",
        "turn",
        "Share of turns as close as 0.9 (cosine) to an earlier one of the same speaker.",
        self_repetition,
        better="lower",
        needs=frozenset({"embedder"}),
    ),
)
