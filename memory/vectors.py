"""Arithmetic on embedding vectors."""

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (texts, dimension), rows of length 1."""


def unit_rows(matrix: "NDArray[np.floating]") -> Vectors:
    """The rows of `matrix` scaled to length 1, as float32; a row of zeros stays one."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.where(lengths == 0, 1, lengths), dtype=np.float32)
