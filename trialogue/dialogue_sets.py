"""Sets of dialogues to measure, each under a name."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from trialogue.dialogue_files import Unread
from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Corpus
from trialogue.measured_files import Measurable, read_measurable
from trialogue.records import Dialogue

if TYPE_CHECKING:
    from trialogue.memory.embedders import Embedder

PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class Sets:
    """Sets of dialogues as read, by name, in order; `unread` says what could not be used.

    `guessed` counts the dialogues of each set that do not say everywhere who speaks.
    """

    corpora: Mapping[str, Corpus]
    unread: list[str] = field(default_factory=list)
    guessed: dict[str, int] = field(default_factory=dict)


def read_sets(
    paths: Sequence[PathLike],
    *,
    tokenizer: str = "auto",
    embedder: "Embedder | None" = None,
    strict: bool = False,
) -> Sets:
    """The dialogues of each path, in any format that is known; ids are unique in their set.

    What cannot be used is passed over and told, or with `strict` raises UsageError, as does a
    path without any dialogue.
    """
    unread: list[str] = []
    corpora: dict[str, Corpus] = {}
    guessed: dict[str, int] = {}
    for path in map(Path, paths):
        before = len(unread)
        found = list(measurable(path, strict=strict, unread=unread))
        if not found:
            raise UsageError(f"{path}: holds no dialogue that can be used; {unread[before]}")
        name = _name(path, corpora)
        dialogues = [one.dialogue for one in found]
        corpora[name] = Corpus(dialogues, tokenizer, embedder)
        if count := sum(one.guessed for one in found):
            guessed[name] = count
    return Sets(corpora, unread, guessed)


def measurable(path: Path, *, strict: bool, unread: list[str]) -> Iterator[Measurable]:
    """The dialogues of a path with unique ids; why others cannot be used goes to `unread`.

    Raises UsageError as `read_sets`.
    """
    seen: Counter[str] = Counter()
    for read in read_measurable(path):
        if isinstance(read, Unread):
            told = f"{read.where}: {read.why}"
            if strict:
                raise UsageError(told)
            unread.append(told)
        else:
            seen[read.dialogue.id] += 1
            yield read._replace(dialogue=_numbered(read.dialogue, seen[read.dialogue.id]))


def _numbered(dialogue: Dialogue, number: int) -> Dialogue:
    return (
        dialogue if number == 1 else dialogue.model_copy(update={"id": f"{dialogue.id}#{number}"})
    )


def _name(path: Path, taken: Mapping[str, Corpus]) -> str:
    """The path's last part, with a number where another has it."""
    name, number = path.name or str(path.resolve().name), 2
    unique = name
    while unique in taken:
        unique, number = f"{name} ({number})", number + 1
    return unique
