"""What a report is made of."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from trialogue.records import Dialogue, Record

Cell = str | int | float | None


class Note(Record):
    """A paragraph."""

    kind: Literal["note"] = "note"
    text: str


class Table(Record):
    """A table; numbers are shown with three decimals, None as a dash.

    A row's first cell may be the id of a conversation on the page: it becomes a link.
    """

    kind: Literal["table"] = "table"
    caption: str = ""
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Chart(Record):
    """A drawing, which `charts` made; `name` is its files'. Pixels are not kept in the data."""

    kind: Literal["chart"] = "chart"
    name: str = Field(pattern=r"^[a-z0-9_-]+$")
    caption: str
    svg: str
    png: bytes = Field(default=b"", exclude=True, repr=False)


class Line(Record):
    """A turn as it is shown."""

    speaker: Literal["user", "assistant"]
    name: str
    text: str


class Conversation(Record):
    """A dialogue to read; `about` says why it is shown."""

    id: str
    about: str
    lines: tuple[Line, ...]


class Conversations(Record):
    """Dialogues, folded up until somebody opens one."""

    kind: Literal["conversations"] = "conversations"
    caption: str = ""
    conversations: tuple[Conversation, ...]


Block = Annotated[Note | Table | Chart | Conversations, Field(discriminator="kind")]


class Section(Record):
    """A part of the report; one with the same `id` takes the place of an earlier one."""

    id: str = Field(pattern=r"^[a-z0-9_-]+$")
    title: str
    blocks: tuple[Block, ...]


_LONGEST = 4000


def conversation(dialogue: Dialogue, about: str) -> Conversation:
    """A dialogue to show; very long turns are cut, and say so."""
    names = {"user": "user", "assistant": "assistant"}
    return Conversation(
        id=dialogue.id,
        about=about,
        lines=tuple(
            Line(speaker=t.speaker, name=t.name or names[t.speaker], text=_cut(t.text))
            for t in dialogue.turns
        ),
    )


def _cut(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]} … ({len(text) - _LONGEST:,} more characters)"


def listed(conversations: Sequence[Conversation]) -> tuple[Conversation, ...]:
    """The conversations, each once, with all reasons why it is shown."""
    reasons: dict[str, list[str]] = {}
    for shown in conversations:
        reasons.setdefault(shown.id, []).append(shown.about)
    first = {shown.id: shown for shown in reversed(conversations)}
    return tuple(
        first[name].model_copy(update={"about": "; ".join(dict.fromkeys(why))})
        for name, why in reasons.items()
    )
