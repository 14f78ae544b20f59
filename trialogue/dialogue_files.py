"""Reads dialogues from anywhere: a run folder, JSON or JSON Lines, recognised by content."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from trialogue.dialogue_shapes import dialogue_of
from trialogue.errors import UsageError
from trialogue.json_values import Found, json_values
from trialogue.records import Dialogue
from trialogue.run_folder import DIALOGUES
from trialogue.turn_shapes import is_messages


class Unread(NamedTuple):
    """A dialogue that cannot be used: where it stands (`file:line`), and why."""

    where: str
    why: str


def read_dialogues(path: Path) -> Iterator[Dialogue]:
    """The dialogues of a file or run folder in order.

    Raises UsageError as `file:line: what is wrong` for the first one that cannot be used, and
    if there is none at all.
    """
    for read in read_each(path):
        if isinstance(read, Unread):
            raise UsageError(f"{read.where}: {read.why}")
        yield read


def read_each(path: Path) -> Iterator[Dialogue | Unread]:
    """The dialogues in order, and in place of one that cannot be used why that is so.

    Raises UsageError if the file cannot be read or holds nothing.
    """
    file = path / DIALOGUES if path.is_dir() else path
    count = 0
    try:
        with file.open("rb") as source:
            for found in json_values(source, file.suffix, torn=path.is_dir()):
                for value in _one_by_one(found.value):
                    count += 1
                    yield _read(file, found._replace(value=value), count)
    except FileNotFoundError as error:
        why = f"it has no {DIALOGUES}" if path.is_dir() else "there is no such file"
        raise UsageError(f"{path}: {why}") from error
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror or error}") from error
    if not count:
        raise UsageError(f"{file}: holds no dialogue")


def _read(file: Path, found: Found, number: int) -> Dialogue | Unread:
    where = f"{file}:{found.line}"
    if found.why:
        return Unread(where, found.why)
    try:
        return dialogue_of(found.value, f"{file.stem}-{number}")
    except ValueError as error:
        return Unread(where, " ".join(str(error).split()))


def _one_by_one(value: Any) -> list[Any]:
    """A list that is not one of messages is a list of dialogues."""
    return value if isinstance(value, list) and not is_messages(value) else [value]
