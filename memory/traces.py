"""Records the spans of a run in a thread of its own: to a file, and to an endpoint if there is one.

Nothing here ever fails a run: what goes wrong is one line in `problems`.
"""

import os
import sqlite3
import threading
import time
from hashlib import blake2b
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import Self

from trialogue.memory.otlp import Sender
from trialogue.memory.recorded import recorded
from trialogue.memory.redaction import Secrets, without_keys
from trialogue.memory.spans import Span, Trace
from trialogue.memory.trace_file import FILE, FOLDER, TraceFile

_MOST, _LATEST = 512, 1_000_000_000  # spans, nanoseconds
_PATIENCE = 20.0

Events = list[Span | tuple[Trace, int]]


class Traces:
    """Keeps what happens in a run under `folder`, unless that is None; use it in a `with`.

    `otlp` is the address of an endpoint that takes OTLP over HTTP; `version` is the program's.
    """

    def __init__(self, folder: Path | None, *, otlp: str | None = None, version: str = "") -> None:
        self.problems: list[str] = []
        self._path = folder / FOLDER / FILE if folder else None
        self._token, self._flushed = os.urandom(8).hex(), time.time_ns()
        self._file = self._opened(version)
        self._session = self._file.session if self._file else 0
        self._ids = count(self._file.first if self._file else 1)
        self._sender = Sender(otlp, version) if otlp else None
        self._closed = False
        self._events: Events = []
        self._queue: SimpleQueue[Events | None] = SimpleQueue()
        self._writer = threading.Thread(target=self._write_all, name="traces", daemon=True)
        self._writer.start()

    def trace(self, name: str, number: int | None = None, attempt: int = 0) -> Span:
        """The first span of a new trace, for a `with`: what happens inside belongs to it."""
        id = next(self._ids)
        # The name is no secret, and no two sessions share a token.
        trace_id = blake2b(f"{self._token}/{id}".encode(), digest_size=16).hexdigest()
        trace = Trace(
            self, id, trace_id, name, session=self._session, number=number, attempt=attempt
        )
        self._events.append((trace, time.time_ns()))
        return Span(trace, None, "CHAIN", name)

    def ended(self, span: Span) -> None:
        """Keep a span that has ended; it is in the file a second later at most, when the next
        one ends."""
        self._events.append(span)
        if span.ended - self._flushed > _LATEST or len(self._events) >= _MOST:
            self._flush(span.ended)

    def close(self) -> None:
        """Write and send what is left; an endpoint that does not answer is not waited for long."""
        if self._closed:
            return
        self._closed = True
        self._flush(time.time_ns())
        self._queue.put(None)
        self._writer.join(_PATIENCE)
        if self._sender is not None:
            self._sender.close()
            if self._sender.problem:
                self.problems.append(self._sender.problem)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _opened(self, version: str) -> TraceFile | None:
        if self._path is None:
            return None
        try:
            return TraceFile(self._path, self._token, time.time_ns(), version)
        except (OSError, sqlite3.Error) as error:
            self._lost(error)
            return None

    def _lost(self, error: Exception) -> None:
        why = without_keys(" ".join(str(error).split()))
        self.problems.append(f"{self._path} cannot be written ({why}); the run goes on without it")

    def _flush(self, now: int) -> None:
        self._flushed = now
        if self._events:
            self._queue.put(self._events)
            self._events = []

    def _write_all(self) -> None:
        while (events := self._queue.get()) is not None:
            if self._file is None and self._sender is None:
                continue
            try:
                self._write(events, Secrets())
            except Exception as error:  # a trace is not worth a run
                if self._file is not None:
                    self._file.close()
                    self._file = None
                    self._lost(error)
        if self._file is not None:
            self._file.close()

    def _write(self, events: Events, secrets: Secrets) -> None:
        begun = [event for event in events if isinstance(event, tuple)]
        ended = [event for event in events if isinstance(event, Span)]
        if self._sender is not None:
            self._sender.put([recorded(span, secrets) for span in ended])
        if self._file is not None:
            self._file.write(begun, ended, secrets)
