"""Where dialogues come from, and under which licence that is, as far as it is known."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from trialogue.errors import UsageError
from trialogue.model_files import wanted
from trialogue.records import Dialogue
from trialogue.scenario_files import shipped_folder

OWN = "MIT (ships with Trialogue)"
_PAGE = "not known: the terms of the page's owner hold"
_DOCUMENT = "not known: the terms of the document's owner hold"
_PROVIDER = "the terms of the model's provider hold"


class Source(NamedTuple):
    """A model, document or page, in how many dialogues it is, and its licence in words."""

    kind: str
    name: str
    dialogues: int
    licence: str


def sources_of(dialogues: Iterable[Dialogue]) -> list[Source]:
    """The models that wrote the dialogues, and the material they rest on, the commonest first."""
    counts = Counter(key for dialogue in dialogues for key in set(_named(dialogue)))
    found = [
        Source(kind, name, count, _licence(kind, name, scenario))
        for (kind, name, scenario), count in counts.items()
    ]
    return sorted(found, key=lambda source: (source.kind, -source.dialogues, source))


def _named(dialogue: Dialogue) -> Iterator[tuple[str, str, str]]:
    for model in dialogue.models.values():
        yield "model", model, ""
    for source in dialogue.sources:
        if host_of(source):
            yield "page", source, ""
        else:
            yield "document", source, dialogue.scenario.id


def host_of(address: str) -> str | None:
    """The host of a web address; None where it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts.hostname if parts.scheme in ("http", "https") else None


def _licence(kind: str, name: str, scenario: str) -> str:
    if kind == "model":
        return _of_model(name)
    if kind == "page":
        return _PAGE
    return OWN if name in _shipped(scenario) else _DOCUMENT


def _of_model(name: str) -> str:
    try:
        entry = wanted(name, "chat")
    except UsageError:
        return _PROVIDER
    return entry.licence if entry is not None else _PROVIDER


def _shipped(scenario: str) -> set[str]:
    """The names of the documents of a scenario that ships; its id is never used as a path."""
    folders = {folder.name: folder for folder in shipped_folder().iterdir() if folder.is_dir()}
    folder = folders.get(scenario)
    return {file.name for file in folder.iterdir()} if folder else set()
