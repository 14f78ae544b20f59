"""Near-duplicate dialogues, and dialogues copied from a reference text: MinHash with LSH.

The work grows linearly with the number of dialogues (Broder 1997; Leskovec et al., ch. 3).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from trialogue.evaluation.corpus import Corpus, Ints
from trialogue.evaluation.ngrams import ngrams
from trialogue.records import Record

if TYPE_CHECKING:
    from datasketch import MinHash

PERMUTATIONS = 128
SHINGLE = 5


class Copy(Record):
    """Two texts that share at least the wanted part of their 5-grams, by estimate (Jaccard)."""

    first: str
    second: str
    similarity: float


def near_duplicates(corpus: Corpus, threshold: float = 0.6) -> list[Copy]:
    """Pairs of dialogues of a corpus with an estimated Jaccard similarity from `threshold` on."""
    names = [dialogue.id or str(i) for i, dialogue in enumerate(corpus.dialogues)]
    return sorted(_found(_sketches(corpus), names, threshold), key=_order)


def copies(corpus: Corpus, reference: Corpus, threshold: float = 0.5) -> list[Copy]:
    """Dialogues of a corpus that resemble one of a reference, such as a public benchmark."""
    from datasketch import MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    known = dict(_sketches(reference))
    for number, sketch in known.items():
        index.insert(number, sketch)
    found = [
        Copy(
            first=corpus.dialogues[number].id,
            second=reference.dialogues[other].id,
            similarity=round(sketch.jaccard(known[other]), 4),
        )
        for number, sketch in _sketches(corpus)
        for other in index.query(sketch)
        if sketch.jaccard(known[other]) >= threshold
    ]
    return sorted(found, key=_order)


def _order(copy: Copy) -> tuple[float, str, str]:
    return -copy.similarity, copy.first, copy.second


def _found(
    sketches: Iterable[tuple[int, "MinHash"]], names: Sequence[str], threshold: float
) -> Iterator[Copy]:
    from datasketch import MinHashLSH

    index: Any = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    seen: dict[int, MinHash] = {}
    for number, sketch in sketches:
        for other in index.query(sketch):
            near = sketch.jaccard(seen[other])
            if near >= threshold:
                yield Copy(first=names[other], second=names[number], similarity=round(near, 4))
        index.insert(number, sketch)
        seen[number] = sketch


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
