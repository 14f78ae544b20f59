"""A judge model's verdict on one line, which counts only with a quotation that is really there."""

import unicodedata
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from trialogue.agents.writer import Writer, fenced
from trialogue.errors import AnswerError
from trialogue.records import Dialogue

ROLE = "judge"
LONGEST = 6_000
LONGEST_RESULT = 600
_SHORTEST_QUOTE = 8


class Opinion(BaseModel):
    """What the judge answers: first the words it goes by, then what follows from them."""

    model_config = ConfigDict(extra="forbid")

    quote: str
    verdict: Literal["met", "not_met", "unclear"]


class Finding(NamedTuple):
    """Whether a line is met, None where that is undecided, and why."""

    met: bool | None
    why: str


async def judged(writer: Writer, dialogue: Dialogue, line: str, place: int) -> Finding:
    """The judge's verdict on a line; undecided without a quotation that stands in the dialogue.

    `place` numbers the lines of a dialogue.
    """
    if ROLE not in writer.caller.models:
        return Finding(None, "there is no judge model")
    told = transcript(dialogue)
    values = {"line": fenced(line), "dialogue": told}
    try:
        opinion = await writer.choice(ROLE, "validate", values, Opinion, path=(ROLE, place))
    except AnswerError:
        return Finding(None, "the judge gave no usable answer")
    if opinion.verdict == "unclear":
        return Finding(None, "the judge cannot tell")
    if not _stands_in(opinion.quote, told):
        return Finding(None, f"what the judge quotes is not in the dialogue: {opinion.quote[:80]}")
    return Finding(opinion.verdict == "met", f"judged by: {' '.join(opinion.quote.split())[:200]}")


def transcript(dialogue: Dialogue) -> str:
    """The dialogue for a judge, a line a turn and a tool result; of a long one the end."""
    lines = []
    for turn in dialogue.turns:
        for call in turn.tool_calls:
            lines.append(f"tool {fenced(call.name)}: {fenced(call.result[:LONGEST_RESULT])}")
        lines.append(f"{turn.speaker}: {fenced(turn.text)}")
    while len(lines) > 1 and sum(map(len, lines)) > LONGEST:
        lines.pop(0)
    return "\n".join(lines)[-LONGEST:]


def _stands_in(quote: str, told: str) -> bool:
    """Word for word, but for spaces and the forms of characters; a few letters prove nothing."""
    wanted = _plain(fenced(quote).strip("\"'“”"))
    wide = sum(2 if character > "\u3400" else 1 for character in wanted)
    return wide >= _SHORTEST_QUOTE and wanted in _plain(told)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
