"""The file of a run's spans: `traces/spans.sqlite` (docs/traces.md says how to read it)."""

import json
import sqlite3
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from trialogue.memory.recorded import cleaned, facts_of
from trialogue.memory.redaction import Secrets
from trialogue.memory.spans import Span, Trace

FOLDER, FILE = "traces", "spans.sqlite"
LAYOUT = 1
_MOST_KNOWN = 4096  # long texts
_LONG = 160  # characters from which a text is kept once for all spans that have it
_TABLES = """
CREATE TABLE sessions (id INTEGER PRIMARY KEY, token TEXT NOT NULL, started INTEGER NOT NULL,
  version TEXT NOT NULL);
CREATE TABLE traces (id INTEGER PRIMARY KEY, trace_id TEXT NOT NULL, session INTEGER NOT NULL,
  name TEXT NOT NULL, number INTEGER, attempt INTEGER NOT NULL, started INTEGER, ended INTEGER,
  error TEXT);
CREATE INDEX traces_of ON traces (number, attempt, id);
CREATE TABLE spans (trace INTEGER NOT NULL, id INTEGER NOT NULL, parent INTEGER NOT NULL,
  kind TEXT NOT NULL, name TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER NOT NULL,
  number INTEGER, turn INTEGER, key TEXT, error TEXT, facts TEXT, PRIMARY KEY (trace, id))
  WITHOUT ROWID;
CREATE INDEX spans_for ON spans (number, trace) WHERE number IS NOT NULL;
CREATE TABLE texts (hash TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
"""
_BEGUN = "INSERT INTO traces VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)"
_ENDED = "UPDATE traces SET started = ?, ended = ?, error = ? WHERE id = ?"
_encoded = json.JSONEncoder(ensure_ascii=False, default=str, separators=(",", ":")).encode
_TEXT = "INSERT OR IGNORE INTO texts VALUES (?, ?)"
_SPAN = "INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class TraceFile:
    """Writes spans; made in one thread and used in another. Every method may raise sqlite3.Error.

    `session` and `first` are this session's number and the number of its first trace.
    """

    def __init__(self, path: Path, token: str, started: int, version: str) -> None:
        path.parent.mkdir(exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._known: dict[str, str] = {}
            self._prepare()
            given = (token, started, version)
            done = self._db.execute("INSERT INTO sessions VALUES (NULL, ?, ?, ?)", given)
            self.session = int(done.lastrowid or 0)
            self.first = self._db.execute("SELECT 1 + coalesce(max(id), 0) FROM traces").fetchone()[
                0
            ]
        except BaseException:
            self._db.close()
            raise

    def write(
        self, begun: Sequence[tuple[Trace, int]], ended: Sequence[Span], secrets: Secrets
    ) -> None:
        """Put down traces that have begun (with the time) and spans that have ended."""
        texts = _Texts(self._known, secrets)
        rows = [_row(span, texts, secrets) for span in ended]
        roots = [_root(span, secrets) for span in ended if not span.parent]
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(_BEGUN, [_begun(trace, when) for trace, when in begun])
        self._db.executemany(_TEXT, texts.new)
        self._db.executemany(_SPAN, rows)
        self._db.executemany(_ENDED, roots)
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _prepare(self) -> None:
        # What is lost with the machine is made again when the run is taken up.
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        layout = self._db.execute("PRAGMA user_version").fetchone()[0]
        if not layout:
            self._db.executescript(f"BEGIN IMMEDIATE;{_TABLES}PRAGMA user_version={LAYOUT};COMMIT;")
        elif layout != LAYOUT:
            raise sqlite3.DatabaseError("it is of another version")


def _begun(trace: Trace, when: int) -> tuple[Any, ...]:
    place = (trace.number, trace.attempt)
    return (trace.id, trace.trace_id, trace.session, trace.name, *place, when)


def _root(span: Span, secrets: Secrets) -> tuple[Any, ...]:
    return (span.started, span.ended, cleaned(span.error, secrets), span.trace.id)


def _row(span: Span, texts: "_Texts", secrets: Secrets) -> tuple[Any, ...]:
    facts = facts_of(span)
    if span.asked or span.said or span.found:
        facts = {**facts, **texts.of(span)}
    told = _encoded(facts) if facts else ""
    return (
        span.trace.id,
        *(span.id, span.parent, span.kind, span.name, span.started, span.ended),
        span.number,
        span.turn,
        span.key,
        cleaned(span.error, secrets) or None,
        cleaned(told, secrets) or None,
    )


class _Texts:
    """Long texts by the name under which they are kept once; `known` are those of earlier rows."""

    def __init__(self, known: dict[str, str], secrets: Secrets) -> None:
        self.new: list[tuple[str, str]] = []
        self._known, self._secrets = known, secrets
        if len(known) > _MOST_KNOWN:
            known.clear()

    def of(self, span: Span) -> dict[str, Any]:
        """What goes in, comes out and is found, as facts."""
        facts: dict[str, Any] = {}
        if span.asked:
            facts["asked"] = self._kept(span.asked)
        if span.said:
            facts["said"] = self._kept(span.said)
        if span.found:
            facts["found"] = [(name, self._kept(text)) for name, text in span.found]
        return facts

    def _kept(self, text: str) -> Any:
        if len(text) < _LONG:
            return cleaned(text, self._secrets)
        name = self._known.get(text)
        if name is None:
            clean = cleaned(text, self._secrets)
            name = self._known[text] = blake2b(clean.encode(), digest_size=12).hexdigest()
            self.new.append((name, clean))
        return {"text": name}
