"""Remembers searches, so that no question is sent twice."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from weakref import WeakValueDictionary

from trialogue.tools.search_provider import SearchHit, SearchProvider


class CachedSearch:
    """A provider's answers, kept in `folder`/searches.sqlite, or in memory without a folder.

    Entries do not age: remove the file to ask anew. Empty answers and failures are not kept.
    The same question asked by several dialogues at once is sent once.
    """

    def __init__(self, provider: SearchProvider, folder: Path | None = None) -> None:
        self._provider = provider
        self._memory: dict[str, str] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._file = folder / "searches.sqlite" if folder else None
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def name(self) -> str:
        """The provider's own name."""
        return self._provider.name

    async def search(self, query: str, limit: int) -> list[SearchHit]:
        """What the provider answers, or answered before; raises what the provider raises."""
        key = json.dumps([self.name, " ".join(query.split()), limit], ensure_ascii=False)
        async with self._locks.setdefault(key, asyncio.Lock()):
            kept = await asyncio.to_thread(self._read, key)
            if kept is not None:
                return [SearchHit.model_validate(row) for row in json.loads(kept)]
            hits = await self._provider.search(query, limit)
            if hits:
                text = json.dumps([hit.model_dump() for hit in hits], ensure_ascii=False)
                await asyncio.to_thread(self._write, key, text)
            return hits

    def _read(self, key: str) -> str | None:
        if self._file is None:
            return self._memory.get(key)
        with _opened(self._file) as db:
            row = db.execute("SELECT hits FROM searches WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def _write(self, key: str, hits: str) -> None:
        if self._file is None:
            self._memory[key] = hits
            return
        with _opened(self._file) as db, db:
            db.execute("INSERT OR REPLACE INTO searches VALUES (?, ?)", (key, hits))


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, timeout=30)) as db:
        db.execute("CREATE TABLE IF NOT EXISTS searches (key TEXT PRIMARY KEY, hits TEXT)")
        yield db
