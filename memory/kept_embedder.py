"""Keeps an endpoint's vectors in the journal: no text is sent twice, a replay sends none."""

import base64
from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from trialogue.memory.endpoint_embedder import EndpointEmbedder
from trialogue.memory.journal import Journal
from trialogue.memory.vectors import Vectors


class KeptEmbedder:
    """`embedder`, asked only for texts whose vectors are not in `journal`."""

    def __init__(self, embedder: EndpointEmbedder, journal: Journal) -> None:
        self.name = embedder.name
        self._embedder = embedder
        self._journal = journal

    @property
    def dimension(self) -> int:
        """The length of each vector; only the first use of a run may ask the endpoint."""
        place = f"dimension/{self.name}"
        known = self._journal.recall(place)
        if known is None:
            known = self._embedder.dimension
            self._journal.remember(place, known)
        return int(known)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, shape (texts, dimension); raises EndpointError."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        places = [self._place(text) for text in texts]
        rows = {place: self._journal.recall(place) for place in places}
        new = {p: t for p, t in zip(places, texts, strict=True) if rows[p] is None}
        if new:
            vectors = self._embedder.embed(list(new.values()))
            for place, vector in zip(new, vectors, strict=True):
                rows[place] = base64.b64encode(vector.astype("<f4").tobytes()).decode()
                self._journal.remember(place, rows[place])
        return np.stack([_vector(rows[place]) for place in places])

    def _place(self, text: str) -> str:
        digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return f"vector/{self.name}/{digest}"


def _vector(kept: str) -> Vectors:
    return np.frombuffer(base64.b64decode(kept), dtype="<f4").astype(np.float32)
