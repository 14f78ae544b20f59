"""Reads dialogues to measure them: whatever can be measured, with people's ratings if it has any.

What `dialogue_files` refuses because nobody could go on from it is kept here: turns that are
empty, missing or out of order, and turns that do not say who speaks.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from trialogue.dialogue_files import Unread, Value, read_values
from trialogue.dialogue_shapes import dialogue_of
from trialogue.missing_speakers import with_speakers
from trialogue.records import Dialogue
from trialogue.turn_shapes import has


class Measurable(NamedTuple):
    """A dialogue with its ratings by name, NaN where nobody gave one.

    `guessed` says that turns do not name their speaker and were read as taking turns.
    """

    dialogue: Dialogue
    ratings: Mapping[str, float]
    guessed: bool = False


def read_measurable(path: Path) -> Iterator[Measurable | Unread]:
    """The dialogues of a file or run folder in order, and why one cannot be measured.

    Raises UsageError if the file cannot be read or holds nothing.
    """
    for found in read_values(path, nan=True):
        yield found if isinstance(found, Unread) else _measurable(found)


def _measurable(found: Value) -> Measurable | Unread:
    value = with_speakers(found.value)
    try:
        dialogue = dialogue_of(value, found.name, measured=True)
    except ValueError as error:
        return Unread(found.where, " ".join(str(error).split()))
    return Measurable(dialogue, _ratings(value), value is not found.value)


def _ratings(value: Any) -> dict[str, float]:
    given = value["ratings"] if has(value, "ratings") else None
    if not isinstance(given, Mapping):
        return {}
    return {str(name): _number(rating) for name, rating in given.items()}


def _number(rating: Any) -> float:
    """A rating; NaN for null, NaN and what is no number."""
    try:
        return float("nan") if isinstance(rating, bool) else float(rating)
    except (TypeError, ValueError):
        return float("nan")
