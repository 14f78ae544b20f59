"""Vectors by number outside of memory, to be compared with all of them."""

import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from trialogue.memory.vectors import Vectors

_BLOCK = 1024


class VectorFile:
    """Vectors in an unnamed file in `folder` that ends with the process.

    Comparing a vector with all others reads them anyway, so that a pass over the file costs
    little more than holding them. Not to be used by two threads at once.
    """

    def __init__(self, folder: Path | None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        # Without a buffer nothing is left to be written when the disk is full.
        file = self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        weakref.finalize(self, file.close)
        self._there = bytearray()
        self._dimension = 0

    def put(self, numbers: Iterable[int], vectors: Vectors) -> None:
        """Keep the rows of `vectors`, shape (numbers, dimension), under their numbers.

        Raises OSError if the disk is full.
        """
        self._dimension = vectors.shape[1]
        for number, vector in zip(numbers, vectors, strict=True):
            self._file.seek(number * vector.nbytes)
            left = memoryview(vector.tobytes())
            while left:
                left = left[self._file.write(left) :]
            self._there = self._there.ljust(number + 1, b"\0")
            self._there[number] = 1

    def absent(self, before: int) -> list[int]:
        """The numbers below `before` that have no vector."""
        there = self._there[:before].ljust(before, b"\0")
        return [number for number in range(before) if not there[number]]

    def nearest(self, vectors: Vectors, before: int) -> list[float]:
        """For each row of `vectors` the largest product with one of a number below `before`.

        It is -1 where there is none.
        """
        best = np.full(len(vectors), -1, dtype=np.float32)
        for first in range(0, min(before, len(self._there)), _BLOCK):
            rows = self._block(first, min(before, first + _BLOCK))
            if len(rows):
                best = np.maximum(best, (rows @ vectors.T).max(axis=0))
        return [float(product) for product in best]

    def _block(self, first: int, stop: int) -> Vectors:
        there = np.frombuffer(self._there[first:stop], dtype=np.bool_)
        rows = np.zeros((len(there), self._dimension), dtype=np.float32)
        self._file.seek(first * self._dimension * rows.itemsize)
        self._file.readinto(rows.data)
        return rows[there]
