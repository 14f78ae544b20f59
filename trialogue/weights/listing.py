"""What `trialogue models` shows."""

from pathlib import Path

from trialogue.records import Record
from trialogue.weights.cache import installed
from trialogue.weights.catalogue import Entry, Kind, load_catalogue


class Row(Record):
    """One model of the catalogue; `size` in bytes, `path` where it is installed."""

    name: str
    kind: Kind
    default: bool
    title: str
    size: int
    licence: str
    languages: tuple[str, ...]
    note: str
    installed: bool
    path: Path | None


def listing(*, folder: Path | None = None) -> tuple[Row, ...]:
    """A row for each model of the catalogue, in its order."""
    return tuple(_row(entry, installed(entry, folder=folder)) for entry in load_catalogue().models)


def _row(entry: Entry, path: Path | None) -> Row:
    shown = entry.model_dump(include=set(Row.model_fields) & set(Entry.model_fields))
    return Row(**shown, installed=path is not None, path=path)
