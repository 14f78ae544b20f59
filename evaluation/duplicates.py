"""Near-duplicate dialogues, and dialogues copied from a reference text: MinHash with LSH.

The work grows linearly with the number of dialogues (Broder 1997; Leskovec et al., ch. 3).
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from trialogue.evaluation.corpus import Corpus, Ints
from trialogue.evaluation.ngrams import ngrams
from trialogue.records import Record

if TYPE_CHECKING:
    from datasketch import MinHash

PERMUTATIONS = 128
SHINGLE = 5
_MOST_ALIKE = 20


class Copy(Record):
    """Two texts that share at least the wanted part of their 5-grams, by estimate (Jaccard)."""

    first: str
    second: str
    similarity: float


def near_duplicates(corpus: Corpus, threshold: float = 0.6) -> list[Copy]:
    """Dialogues with an estimated Jaccard similarity from `threshold` on to an earlier one.

    Each is paired with the earlier one that it resembles most, so that many copies of one dialogue
    make as many pairs, not their square.
    """
    names = [dialogue.id or str(i) for i, dialogue in enumerate(corpus.dialogues)]
    index, found = _Index(threshold), []
    for number, sketch in _sketches(corpus):
        near = index.nearest(sketch)
        index.add(number, sketch, near)
        if near is not None:
            other, similarity = near
            found.append(Copy(first=names[other], second=names[number], similarity=similarity))
    return sorted(found, key=_order)


def copies(corpus: Corpus, reference: Corpus, threshold: float = 0.5) -> list[Copy]:
    """Dialogues of a corpus that resemble one of a reference, such as a public benchmark.

    Each is paired with the one of the reference that it resembles most.
    """
    index, found = _Index(threshold), []
    for number, sketch in _sketches(reference):
        index.add(number, sketch, index.nearest(sketch))
    for number, sketch in _sketches(corpus):
        near = index.nearest(sketch)
        if near is not None:
            other, similarity = near
            known = reference.dialogues[other].id
            copy = Copy(first=corpus.dialogues[number].id, second=known, similarity=similarity)
            found.append(copy)
    return sorted(found, key=_order)


def _order(copy: Copy) -> tuple[float, str, str]:
    return -copy.similarity, copy.first, copy.second


class _Index:
    """Finds the nearest of the dialogues that were added.

    Of dialogues that resemble each other only so many are kept: with all of them every search
    would find all, and the work would grow with the square of their number.
    """

    def __init__(self, threshold: float) -> None:
        from datasketch import MinHashLSH

        self._threshold = threshold
        self._lsh: Any = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
        self._sketches: dict[int, MinHash] = {}
        self._group: dict[int, int] = {}
        self._sizes: Counter[int] = Counter()

    def nearest(self, sketch: "MinHash") -> tuple[int, float] | None:
        """The number of the most similar, the earliest of several, and its similarity."""
        near = [(-sketch.jaccard(self._sketches[i]), i) for i in self._lsh.query(sketch)]
        best, number = min(near, default=(0.0, -1))
        return (number, round(-best, 4)) if near and -best >= self._threshold else None

    def add(self, number: int, sketch: "MinHash", near: tuple[int, float] | None) -> None:
        """Keep a dialogue, unless many that resemble it are kept."""
        group = number if near is None else self._group[near[0]]
        if self._sizes[group] < _MOST_ALIKE:
            self._sizes[group] += 1
            self._group[number] = group
            self._sketches[number] = sketch
            self._lsh.insert(number, sketch)


def _sketches(corpus: Corpus) -> Iterator[tuple[int, "MinHash"]]:
    """A sketch of every dialogue with at least one 5-gram, which may run over turns."""
    from datasketch import MinHash

    words = np.array([_stable(word) for word in corpus.vocabulary], dtype=np.uint64)
    grams = ngrams(corpus, SHINGLE, across_turns=True)
    owner = corpus.dialogue_of[corpus.turn_of[grams.at]]
    bounds = np.searchsorted(owner, np.arange(len(corpus.dialogues) + 1))
    hashes = words[corpus.tokens]
    for number in range(len(corpus.dialogues)):
        at = grams.at[bounds[number] : bounds[number + 1]]
        if len(at):
            sketch = MinHash(num_perm=PERMUTATIONS, hashfunc=_as_it_is)
            sketch.update_batch(_shingles(hashes, at))
            yield number, sketch


def _shingles(hashes: Any, at: Ints) -> list[int]:
    """A 32-bit number for each 5-gram, the same in every corpus."""
    value = np.zeros(len(at), np.uint64)
    for step in range(SHINGLE):
        value = value * np.uint64(1_000_003) ^ hashes[at + step]
    return np.unique(value >> np.uint64(32)).tolist()  # type: ignore[no-any-return]


def _stable(word: str) -> int:
    from hashlib import blake2b

    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest())


def _as_it_is(value: int) -> int:
    return value
