"""Reads dialogues from anywhere: a run folder, an export, JSON, JSON Lines or Parquet."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from trialogue.data_folders import data_files
from trialogue.dialogue_shapes import dialogue_of
from trialogue.errors import UsageError
from trialogue.json_values import Found, json_values
from trialogue.parquet_rows import parquet_rows
from trialogue.plain_json import read_json
from trialogue.records import Dialogue
from trialogue.turn_shapes import has, is_messages


class Value(NamedTuple):
    """What a file holds in place of a dialogue: where, and under which name if it has no id."""

    where: str
    value: Any
    name: str


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
    for value in read_values(path):
        yield value if isinstance(value, Unread) else _read(value)


def read_values(
    path: Path, *, nan: bool = False, part: str = "dialogues"
) -> Iterator[Value | Unread]:
    """The JSON values that stand for dialogues or tasks, in order; with `nan` NaN is None.

    Raises UsageError if a file cannot be read, or if there is nothing.
    """
    count = 0
    for file in _files(path, part):
        for line, found, why in _held(file, torn=file == path / f"{part}.jsonl", nan=nan):
            for value in _one_by_one(found):
                count += 1
                where, name = f"{file}:{line}", f"{file.stem}-{count}"
                whole = _whole_record(value) if part == "dialogues" else value
                yield Unread(where, why) if why else Value(where, whole, name)
    if not count:
        raise UsageError(f"{path}: holds no {part.removesuffix('s')}")


def _files(path: Path, part: str) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = data_files(path, part)
    if not found:
        raise UsageError(f"{path}: it has no {part}.jsonl")
    return found


def _held(file: Path, *, torn: bool, nan: bool) -> Iterator[Found]:
    if file.suffix == ".parquet" and file.is_file():
        rows = enumerate(parquet_rows(file), start=1)
        yield from (Found(number, row) for number, row in rows)
        return
    try:
        with file.open("rb") as source:
            yield from json_values(source, file.suffix, torn=torn, nan=nan)
    except FileNotFoundError as error:
        raise UsageError(f"{file}: there is no such file") from error
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror or error}") from error


def _whole_record(value: Any) -> Any:
    """A row of an export carries the whole record as text beside its columns."""
    if not has(value, "record") or not isinstance(value["record"], str):
        return value
    try:
        return read_json(value["record"])
    except ValueError:
        return value


def _read(found: Value) -> Dialogue | Unread:
    try:
        return dialogue_of(found.value, found.name)
    except ValueError as error:
        return Unread(found.where, " ".join(str(error).split()))


def _one_by_one(value: Any) -> list[Any]:
    """A list that is not one of messages is a list of dialogues."""
    return value if isinstance(value, list) and not is_messages(value) else [value]
