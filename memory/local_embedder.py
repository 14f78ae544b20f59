"""Vectors from the Universal Sentence Encoder Multilingual, run by ONNX Runtime."""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from trialogue.memory.vectors import Vectors, unit_rows

_LONGEST = 4000
_REMEMBERED = 2048


class LocalEmbedder:
    """Sentences of 16 languages in one space; `file` is the catalogue's ONNX file.

    The same text gives the same bits, whatever it is embedded together with: each is computed
    alone, on one thread. A text counts up to its 4,000th character. Safe to share by threads.
    """

    dimension = 512

    def __init__(self, file: Path, name: str = "local") -> None:
        self.name = name
        self._file = file
        self._loading = Lock()
        self._recent = lru_cache(_REMEMBERED)(self._compute)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, shape (texts, 512)."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.stack([self._recent(_clean(text)) for text in texts])

    def _compute(self, text: str) -> Vectors:
        with self._loading:
            session = self._session
        (vectors,) = session.run(["outputs"], {"inputs": np.array([text], dtype=object)})
        vector: Vectors = unit_rows(vectors)[0]
        vector.flags.writeable = False
        return vector

    @cached_property
    def _session(self) -> Any:
        import onnxruntime  # type: ignore[import-untyped]
        from onnxruntime_extensions import get_library_path  # type: ignore[import-untyped]

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.register_custom_ops_library(get_library_path())
        return onnxruntime.InferenceSession(
            str(self._file), options, providers=["CPUExecutionProvider"]
        )


def _clean(text: str) -> str:
    # The tokeniser reads C strings (a NUL would end the text) and takes well-formed UTF-8 only.
    cut = text[:_LONGEST].replace("\0", " ")
    return cut.encode("utf-8", "replace").decode("utf-8")
