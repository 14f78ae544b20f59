"""How alike the dialogues of a set are: pairwise cosine, in blocks (R §5, table 4, figure 5)."""

import numpy as np

from trialogue.evaluation.corpus import Corpus, Floats, Vectors
from trialogue.records import Record

BINS = 50
_BLOCK = 1024
_TEXT = 4000


class Similarity(Record):
    """Cosine over all pairs of different dialogues.

    `histogram` counts pairs in 50 equal bins from -1 to 1. `nearest` is the pair with the
    highest cosine.
    """

    dialogues: int
    pairs: int
    maximum: float | None
    minimum: float | None
    mean: float | None
    histogram: tuple[int, ...]
    nearest: tuple[str, str] | None = None


def dialogue_vectors(corpus: Corpus) -> Vectors:
    """One row of length 1 for each dialogue: its whole text embedded, (D, dimension)."""
    return corpus.embed(["\n".join(t.text for t in d.turns)[:_TEXT] for d in corpus.dialogues])


def to_others(corpus: Corpus) -> Floats:
    """Each dialogue's mean cosine to all others, (D,); NaN where there are none."""
    rows = dialogue_vectors(corpus).astype(np.float64)
    if len(rows) < 2:
        return np.full(len(rows), np.nan)
    near: Floats = (rows @ rows.sum(axis=0) - np.einsum("ij,ij->i", rows, rows)) / (len(rows) - 1)
    return near


def similarity(corpus: Corpus) -> Similarity:
    """All pairs of a corpus; the work grows with the square of D, the memory does not."""
    rows, size = dialogue_vectors(corpus), len(corpus.dialogues)
    counts = np.zeros(BINS, np.int64)
    total, highest, lowest, nearest = 0.0, -np.inf, np.inf, (0, 0)
    for start in range(0, size, _BLOCK):
        block = rows[start : start + _BLOCK] @ rows.T
        later = np.arange(size)[None, :] > np.arange(start, start + len(block))[:, None]
        near: Floats = np.clip(block[later].astype(np.float64), -1, 1)
        if not len(near):
            continue
        counts += np.histogram(near, BINS, (-1, 1))[0]
        total += float(near.sum())
        lowest = min(lowest, float(near.min()))
        if near.max() > highest:
            highest = float(near.max())
            place = np.argmax(np.where(later, block, -np.inf))
            nearest = start + int(place) // size, int(place) % size
    pairs = size * (size - 1) // 2
    if not pairs:
        return Similarity(
            dialogues=size, pairs=0, maximum=None, minimum=None, mean=None, histogram=tuple(counts)
        )
    first, second = (corpus.dialogues[i].id for i in nearest)
    return Similarity(
        dialogues=size,
        pairs=pairs,
        maximum=highest,
        minimum=lowest,
        mean=total / pairs,
        histogram=tuple(int(count) for count in counts),
        nearest=(first, second),
    )
