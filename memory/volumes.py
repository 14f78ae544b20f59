"""What a run remembers, in ChromaDB volumes of which a long run keeps only the last ones open."""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from trialogue.memory.allocator import give_back
from trialogue.memory.chroma import close_chroma, collection_of, open_chroma
from trialogue.memory.vectors import Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

_SIZE = 250


class Row(NamedTuple):
    """A text with its vector, shape (dimension,), for the dialogue of this number."""

    number: int
    id: str
    text: str
    vector: Vectors


class Volumes:
    """Rows of several collections by dialogue number, `size` numbers to a volume.

    ChromaDB holds all vectors of an open client in memory. So every volume is a folder in
    `folder` with a client of its own. As many stay open as `window` numbers in a row can lie in;
    opening one more closes that which was used longest ago. Where `folder` is None all rows are
    in memory. Safe to share by threads.
    """

    def __init__(self, folder: Path | None, *, window: int = _SIZE, size: int = _SIZE) -> None:
        self.folder = folder
        self._size, self._most_open = size, 1 + math.ceil(window / size)
        self._open: dict[int, ClientAPI] = {}
        self._lock = Lock()

    def write(self, collection: str, rows: Iterable[Row]) -> None:
        """Put rows into their volumes; they replace those of the same number and id.

        Raises UsageError if a volume cannot be opened.
        """
        by_volume = sorted(rows, key=lambda row: self._first(row.number))
        for first, group in groupby(by_volume, lambda row: self._first(row.number)):
            with self._lock:
                _write(self._client(first), collection, list(group))

    def read(self, collection: str, names: Iterable[tuple[int, str]]) -> list[Row]:
        """Those of the rows with these numbers and ids that are there, in any order.

        Raises UsageError if a volume cannot be opened.
        """
        found: list[Row] = []
        by_volume = sorted(names, key=lambda name: self._first(name[0]))
        for first, group in groupby(by_volume, lambda name: self._first(name[0])):
            with self._lock:
                if self._exists(first):
                    found += _read(self._client(first), collection, list(group))
        return found

    def close(self) -> None:
        """Close all volumes; one that is used afterwards is opened again."""
        with self._lock:
            while self._open:
                self._close_oldest()

    def _first(self, number: int) -> int:
        """The first number of the volume that holds `number`; it names the volume."""
        return 0 if self.folder is None else number // self._size * self._size

    def _place(self, first: int) -> Path | None:
        return None if self.folder is None else self.folder / f"{first:06d}"

    def _exists(self, first: int) -> bool:
        place = self._place(first)
        return place is None or place.exists()

    def _client(self, first: int) -> "ClientAPI":
        """The volume's client, opened if need be, as the one that was used last."""
        client = self._open.pop(first, None)
        if client is None:
            while len(self._open) >= self._most_open:
                self._close_oldest()
            client = open_chroma(self._place(first))
        self._open[first] = client
        return client

    def _close_oldest(self) -> None:
        close_chroma(self._open.pop(next(iter(self._open))))
        give_back()


def _write(client: "ClientAPI", collection: str, rows: Sequence[Row]) -> None:
    collection_of(client, collection).upsert(
        ids=[row.id for row in rows],
        embeddings=np.stack([row.vector for row in rows]),
        documents=[row.text for row in rows],
        metadatas=[{"number": row.number} for row in rows],
    )


def _read(client: "ClientAPI", collection: str, names: Sequence[tuple[int, str]]) -> list[Row]:
    numbers = {name: number for number, name in names}
    found = collection_of(client, collection).get(
        ids=list(numbers), include=["documents", "embeddings"]
    )
    vectors = np.asarray(found["embeddings"], dtype=np.float32)
    rows = zip(found["ids"], found["documents"] or [], vectors, strict=True)
    return [Row(numbers[name], name, text, vector) for name, text, vector in rows]
