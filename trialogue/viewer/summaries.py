"""What a list of dialogues shows of each, read loosely: a record may be of another version."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trialogue.errors import UsageError
from trialogue.viewer.search_words import indexed

NEWEST = 1  # the schema version that this program knows
_SNIPPET, _SEARCHED = 240, 200_000  # characters


@dataclass(frozen=True, slots=True)
class Summary:
    """A dialogue in a list; `words` is the text that is searched."""

    name: str
    scenario: str
    language: str
    identity: str
    about: str
    turns: int
    ended: str
    tokens: int
    error: str
    words: str


def summary(record: Any) -> Summary:
    """The summary of a dialogue's record.

    Raises ValueError for what is no such record, UsageError for one of a newer version.
    """
    if not isinstance(record, dict) or "turns" not in record:
        raise ValueError("not a dialogue record")
    version = record.get("schema_version", NEWEST)
    if isinstance(version, int) and version > NEWEST:
        raise UsageError(f"it is of schema version {version}; update trialogue to read it")
    user, usage = _dict(record, "user"), _dict(record, "usage")
    scenario, turns = _dict(record, "scenario"), _texts(record)
    about = _text(user, "intent") or next(iter(turns), "")
    return Summary(
        name=_text(record, "id"),
        scenario=_text(scenario, "name"),
        language=_text(scenario, "language"),
        identity=_cut(_text(user, "identity")),
        about=_cut(about),
        turns=len(turns),
        ended=_text(record, "stop_reason"),
        tokens=_number(usage, "input_tokens") + _number(usage, "output_tokens"),
        error=_cut(_text(record, "error")),
        words=indexed("\n".join(_words(record, user, turns))[:_SEARCHED]),
    )


def _words(record: dict[str, Any], user: dict[str, Any], turns: list[str]) -> Iterator[str]:
    yield from (_text(record, "id"), _text(user, "identity"), _text(user, "intent"))
    yield _text(record, "error")
    yield from turns


def _texts(record: dict[str, Any]) -> list[str]:
    turns = record["turns"] if isinstance(record["turns"], list) else []
    return [_text(turn, "text") if isinstance(turn, dict) else "" for turn in turns]


def _dict(record: dict[str, Any], name: str) -> dict[str, Any]:
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _number(record: dict[str, Any], name: str) -> int:
    value = record.get(name)
    return value if isinstance(value, int) and abs(value) < 2**53 else 0


def _cut(text: str) -> str:
    short = " ".join(text[: 4 * _SNIPPET].split())
    return short if len(short) <= _SNIPPET else f"{short[:_SNIPPET]}…"
