"""Vectors from hashed words and character n-grams: no model, no download."""

import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from trialogue.memory.vectors import Vectors, unit_rows

_GRAMS = (2, 3, 4)


class HashEmbedder:
    """Texts that share words or spellings lie close; meaning is not seen.

    The hashing trick (Weinberger et al. 2009) with signed features: the same text gives the
    same vector on every machine.
    """

    name = "hash"

    def __init__(self, dimension: int = 512) -> None:
        self.dimension = dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, shape (texts, dimension)."""
        matrix = np.zeros((len(texts), self.dimension))
        for row, text in zip(matrix, texts, strict=True):
            for feature in _features(text):
                code = zlib.crc32(feature.encode("utf-8", "replace"))
                row[code % self.dimension] += 1 if code & 0x80000000 else -1
        return unit_rows(matrix)


def _features(text: str) -> Iterator[str]:
    yield ""  # so that a text without letters has a direction too
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    yield from words
    for word in words:
        marked = f"<{word}>"
        for size in _GRAMS:
            yield from (marked[at : at + size] for at in range(len(marked) - size + 1))
