"""Dialogues as lines for a terminal, which shows everything and obeys nothing."""

import textwrap
from collections.abc import Iterator, Mapping

from trialogue.commands.terminal import plain, printable
from trialogue.records import Dialogue, Turn

_WIDTH, _LONGEST = 96, 20_000  # columns; characters of a turn


def conversation(dialogue: Dialogue, speakers: Mapping[str, str]) -> Iterator[str]:
    """A dialogue with its user, its turns and how it ended; an empty line follows.

    `speakers` says what the sides are called.
    """
    yield f"── {plain(dialogue.id)[:80]} ──"
    for text in (dialogue.user.identity, dialogue.user.intent):
        if text:
            yield from wrapped(text, "   ")
    for turn in dialogue.turns:
        yield from said(turn, speakers)
    usage = dialogue.usage
    figures = f"{usage.calls:,} calls, {usage.input_tokens + usage.output_tokens:,} tokens"
    why = f": {dialogue.error}" if dialogue.error else ""
    yield from wrapped(f"ended: {dialogue.stop_reason.replace('_', ' ')}{why}; {figures}", "   ")
    yield ""


def said(turn: Turn, speakers: Mapping[str, str]) -> Iterator[str]:
    """A turn: who speaks, the tools that were called, what is said."""
    name = plain(turn.name or speakers.get(turn.speaker, turn.speaker))
    for call in turn.tool_calls:
        yield from wrapped(f"({name} calls {call.name}: {call.result[:200]})", "    ")
    text = turn.text[:_LONGEST]
    rest = len(turn.text) - len(text)
    more = f" … and {rest:,} more characters" if rest else ""
    yield from wrapped(f"{name}: {text}{more}", "  ", hanging="    ")


def wrapped(text: str, indent: str, *, hanging: str | None = None) -> Iterator[str]:
    """A text in lines of at most 96 columns; its own line ends stay."""
    first = indent
    for line in text.splitlines() or [""]:
        yield from textwrap.wrap(
            printable(line),
            _WIDTH,
            initial_indent=first,
            subsequent_indent=hanging or indent,
        ) or [""]
        first = hanging or indent
