"""Follows a run that is going on: a thread reads what comes, pages hear of it."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Self

from trialogue.viewer.opened import OpenedRun

_PAUSE = 0.4  # seconds between looks at files that do not grow


class Follower:
    """Keeps the index of a run up to date while the `with` lasts."""

    def __init__(self, run: OpenedRun, pause: float = _PAUSE) -> None:
        self._run, self._pause = run, pause
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="follower", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._thread.join()

    def end(self) -> None:
        """Follow no more; pages that listen hear no more."""
        self._end.set()

    @property
    def ended(self) -> bool:
        """Whether nothing is followed any more."""
        return self._end.is_set()

    def _follow(self) -> None:
        while not self._end.is_set():
            if not self._run.grow():
                self._end.wait(self._pause)

    async def events(self) -> AsyncIterator[dict[str, str]]:
        """Server-sent events: how much there is, whenever that changes."""
        told = ""
        while not self.ended:
            now = json.dumps({**counts(self._run), "spans": self._run.traced_bytes()})
            if now != told:
                yield {"event": "grown", "data": now}
                told = now
            await asyncio.sleep(self._pause)


def counts(run: OpenedRun) -> dict[str, int]:
    """What there is of a run, by the names of its pages."""
    parts = run.index.counts("part")
    return {"dialogues": sum(parts.values()), "tasks": len(run.tasks), "version": run.index.version}
