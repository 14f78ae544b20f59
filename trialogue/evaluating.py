"""Measures sets of dialogues: `trialogue evaluate` and its twin in Python (METHOD §6)."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from trialogue.dialogue_files import Unread, read_each
from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.duplicates import Copy, copies, near_duplicates
from trialogue.evaluation.measured import Compared, Measured, compared, measured, values_of
from trialogue.evaluation.metrics import Metric, all_metrics, chosen_metrics
from trialogue.evaluation.similarity import Similarity, similarity
from trialogue.memory.embedders import make_embedder
from trialogue.records import Dialogue, Record

if TYPE_CHECKING:
    from trialogue.memory.embedders import Embedder

MOST_PAIRS = 3000
PathLike = str | os.PathLike[str]


class Evaluation(Record):
    """What was measured on one or more sets of dialogues.

    `compared` holds, for each set after the first, the paired differences to the first on the
    dialogues that both have. `similarities` are of sets of up to 3,000 dialogues. `unread` says
    what could not be used, as `file:line: why`.
    """

    sets: tuple[Measured, ...]
    compared: dict[str, tuple[Compared, ...]] = {}
    similarities: dict[str, Similarity] = {}
    duplicates: dict[str, tuple[Copy, ...]] = {}
    copied: dict[str, tuple[Copy, ...]] = {}
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sets:
    """Sets of dialogues as read, by name, in order; `unread` says what could not be used."""

    corpora: Mapping[str, Corpus]
    unread: list[str] = field(default_factory=list)


def read_sets(
    paths: Sequence[PathLike],
    *,
    tokenizer: str = "auto",
    embedder: "Embedder | None" = None,
    strict: bool = False,
) -> Sets:
    """The dialogues of each path, in any format that is known.

    What cannot be used is passed over and told, or with `strict` raises UsageError, as does a
    path without any dialogue.
    """
    unread: list[str] = []
    corpora: dict[str, Corpus] = {}
    for path in map(Path, paths):
        dialogues = list(_usable(path, strict, unread))
        if not dialogues:
            raise UsageError(f"{path}: holds no dialogue that can be used; {unread[0]}")
        corpora[_name(path, corpora)] = Corpus(dialogues, tokenizer, embedder)
    return Sets(corpora, unread)


def evaluate(
    *paths: PathLike,
    metrics: Sequence[str | Metric] | None = None,
    tokenizer: str = "auto",
    embedder: "str | Embedder | None" = "local",
    reference: PathLike | None = None,
    strict: bool = False,
) -> Evaluation:
    """Measure the dialogues of each path by base metrics, with bootstrap intervals.

    A path is a run folder or a file in any format that is known: ours, OpenAI messages, ShareGPT,
    plain turns, the published RealReasoning files. `metrics` are names or Metrics, by default
    all; `embedder` is a name or an Embedder, None leaves out what needs one. `reference` is a
    file of public dialogues of which copies are looked for.

    Raises UsageError for what the caller can mend; with `strict` also for the first dialogue
    that cannot be used.
    """
    if not paths:
        raise UsageError("nothing to evaluate; name a run folder or a file of dialogues")
    chosen = _metrics(metrics, with_embedder=embedder is not None)
    needed = embedder is not None
    found = make_embedder(embedder) if isinstance(embedder, str) else embedder
    sets = read_sets(paths, tokenizer=tokenizer, embedder=found, strict=strict)
    values = {name: values_of(corpus, chosen) for name, corpus in sets.corpora.items()}
    first, *others = sets.corpora.items()
    return Evaluation(
        sets=tuple(
            measured(name, corpus, chosen, values[name]) for name, corpus in sets.corpora.items()
        ),
        compared={
            name: compared((first[1], values[first[0]]), (corpus, values[name]), chosen)
            for name, corpus in others
        },
        similarities={
            name: similarity(corpus)
            for name, corpus in sets.corpora.items()
            if needed and 1 < len(corpus.dialogues) <= MOST_PAIRS
        },
        duplicates={n: tuple(near_duplicates(corpus)) for n, corpus in sets.corpora.items()},
        copied=_copied(sets, reference, tokenizer, strict),
        unread=tuple(sets.unread),
    )


def _copied(
    sets: Sets, reference: PathLike | None, tokenizer: str, strict: bool
) -> dict[str, tuple[Copy, ...]]:
    if reference is None:
        return {}
    known = next(iter(read_sets([reference], tokenizer=tokenizer, strict=strict).corpora.values()))
    return {name: tuple(copies(corpus, known)) for name, corpus in sets.corpora.items()}


def _metrics(chosen: Sequence[str | Metric] | None, *, with_embedder: bool) -> list[Metric]:
    if chosen is None:
        every = all_metrics().values()
        return [metric for metric in every if with_embedder or "embedder" not in metric.needs]
    own = [metric for metric in chosen if isinstance(metric, Metric)]
    names = [metric if isinstance(metric, str) else metric.name for metric in chosen]
    return chosen_metrics(names, own)


def _usable(path: Path, strict: bool, unread: list[str]) -> Iterator[Dialogue]:
    for read in read_each(path):
        if isinstance(read, Unread):
            told = f"{read.where}: {read.why}"
            if strict:
                raise UsageError(told)
            unread.append(told)
        else:
            yield read


def _name(path: Path, taken: Mapping[str, Corpus]) -> str:
    """The path's last part, with a number where another has it."""
    name, number = path.name or str(path.resolve().name), 2
    unique = name
    while unique in taken:
        unique, number = f"{name} ({number})", number + 1
    return unique
