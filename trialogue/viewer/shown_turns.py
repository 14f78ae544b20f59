"""Turns as a page shows them: folded where they are long, with quotations marked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from trialogue.records import Dialogue, ReasoningTask, Turn

FOLDED = 4_000  # characters of a turn that are shown at once


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; `marks` are the facts that rest on it, empty for most."""

    text: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A turn by its index; `more` counts the characters that are folded away."""

    index: int
    turn: Turn
    name: str
    pieces: tuple[Piece, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of a turn that a fact rests on."""

    turn: int
    quote: str
    fact: str


def shown_turns(
    dialogue: Dialogue,
    quotations: Sequence[Quotation] = (),
    *,
    names: Mapping[str, str] = {},
    most: int = FOLDED,
) -> list[ShownTurn]:
    """The turns of a dialogue, each with the first `most` characters; `names` are of its sides."""
    found = []
    for index, turn in enumerate(dialogue.turns):
        here = [one for one in quotations if one.turn == index]
        text = turn.text if len(turn.text) <= most else turn.text[:most]
        name = turn.name or names.get(turn.speaker, turn.speaker)
        pieces = tuple(marked(text, here))
        found.append(ShownTurn(index, turn, name, pieces, len(turn.text) - len(text)))
    return found


def quotations(tasks: Iterable[ReasoningTask]) -> list[Quotation]:
    """What the derivations of tasks quote."""
    return [
        Quotation(fact.turn, fact.quote, f"{fact.name} = {fact.value} {fact.unit}".rstrip(" ="))
        for task in tasks
        if task.derivation
        for fact in task.derivation.facts
    ]


def marked(text: str, quotations: Sequence[Quotation]) -> Iterator[Piece]:
    """The text in pieces, so that every piece is inside or outside of each quotation."""
    spans = [
        (at, at + len(one.quote), one.fact)
        for one in quotations
        if (at := text.find(one.quote)) >= 0
    ]
    edges = sorted({0, len(text), *(edge for start, end, _ in spans for edge in (start, end))})
    for start, end in pairwise(edges):
        facts = tuple(dict.fromkeys(f for a, b, f in spans if a <= start and end <= b))
        yield Piece(text[start:end], facts)
