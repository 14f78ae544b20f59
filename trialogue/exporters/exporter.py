"""What an exporter is: a name, a sentence, and a function that writes a bundle into a folder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from trialogue.exporters.bundle import Bundle

Part = Literal["dialogues", "tasks"]


class DataFile(NamedTuple):
    """A file with the rows of one part and split; `path` is relative, with `/` between folders."""

    part: Part
    split: str
    path: str


Write = Callable[[Bundle, Path], Sequence[DataFile]]
Features = Mapping[Part, Sequence[Mapping[str, Any]]]
"""Columns by part, as the front matter of a data card lists them (`dataset_info.features`)."""


def _inferred(_: Bundle) -> Features:
    return {}


@dataclass(frozen=True)
class Exporter:
    """A format to export to.

    `write` puts a bundle into an empty folder and gives the data files in the order in which they
    are listed on the data card; files that hold no rows, such as a task's definition, are not
    among them. It reads no clock and no global state: the same bundle makes the same bytes.
    `parts` says what the format carries. `features` declares the columns of parts whose rows
    differ in their keys, so that a reader that infers columns from the first rows can load them.
    """

    name: str
    description: str
    write: Write
    parts: tuple[Part, ...] = ("dialogues", "tasks")
    features: Callable[[Bundle], Features] = _inferred
