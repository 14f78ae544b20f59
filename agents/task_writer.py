"""The task writer I (R eq. 8): words questions that code has drawn, or proposes tasks whole."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from trialogue.agents.checks import (
    Check,
    Fault,
    asks,
    in_language,
    no_longer_than,
    whole,
)
from trialogue.agents.figures import figures
from trialogue.agents.prompt import load_prompt
from trialogue.agents.seeds import Step, seed_for
from trialogue.agents.wire import Sampling
from trialogue.agents.writer import Writer, fenced
from trialogue.errors import DialogueFailed
from trialogue.records import Dialogue

T = TypeVar("T", bound=BaseModel)
ROLE: Final = "task_writer"
_ROOM = 900
_NOTHING = "-"


class ProposedFact(BaseModel):
    """A figure with the words that say it; `turn` is the 0-based index of the turn."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=60)
    value: str = Field(max_length=60)
    unit: str = Field(max_length=60)
    turn: int
    quote: str = Field(max_length=400)


class ProposedMath(BaseModel):
    """A math task as a model proposes it; nothing in it is believed."""

    model_config = ConfigDict(extra="forbid")

    facts: list[ProposedFact] = Field(max_length=12)
    expression: str = Field(max_length=400)
    label: str = Field(max_length=60)
    unit: str = Field(max_length=60)
    question: str = Field(max_length=600)


class ProposedPair(BaseModel):
    """Two yes-or-no questions in the same words as a model proposes them."""

    model_config = ConfigDict(extra="forbid")

    facts: list[ProposedFact] = Field(max_length=12)
    rule: str = Field(max_length=300)
    question_yes: str = Field(max_length=600)
    expression_yes: str = Field(max_length=400)
    question_no: str = Field(max_length=600)
    expression_no: str = Field(max_length=400)


async def worded(
    writer: Writer,
    question: str,
    keep: Sequence[str],
    path: Sequence[Step],
    more: Sequence[Check] = (),
) -> str:
    """A question in the model's words; as it is where the model changes what is asked.

    `keep` are expressions that must stay, in their order where the question has it so; `more`
    are further checks.
    """
    try:
        drafted = await writer.line(
            ROLE,
            "task_question",
            {"question": fenced(question)},
            path=path,
            checks=(
                whole,
                in_language(writer.language),
                asks,
                same_figures(question),
                keeps(question, keep),
                no_longer_than(len(question) + 60, fatal=True),
                *more,
            ),
            temperature=0.4,
            max_tokens=160,
            drafts=2,
        )
    except DialogueFailed:
        return question
    return question if drafted.faults else drafted.text


def same_figures(question: str) -> Check:
    """The line has the figures of the question and no others."""
    wanted = figures(question)

    def check(text: str) -> Fault | None:
        return None if figures(text) == wanted else Fault("changes the figures")

    return check


def keeps(question: str, expressions: Sequence[str]) -> Check:
    """The expressions stand in the line as often and in the order as in the question."""
    wanted = _order(question, expressions)

    def check(text: str) -> Fault | None:
        return None if _order(text, expressions) == wanted else Fault("changes what is asked")

    return check


def keeps_sense(question: str, words: Sequence[str]) -> Check:
    """Of these words the line has the ones that the question has, and no others."""
    wanted = _standing(question, words)

    def check(text: str) -> Fault | None:
        return None if _standing(text, words) == wanted else Fault("turns the question round")

    return check


def _standing(text: str, words: Sequence[str]) -> set[str]:
    plain = re.sub(r"\W+", " ", text.casefold())
    padded = f" {plain} "
    return {word for word in words if (f" {word} " if word.isascii() else word) in padded}


def _order(text: str, expressions: Sequence[str]) -> list[str]:
    """The expressions by their last place in a text."""
    lower = text.casefold()
    places = [(lower.rfind(e.casefold()), e) for e in dict.fromkeys(expressions)]
    return [expression for place, expression in sorted(places) if place >= 0]


async def propose_math(
    writer: Writer, dialogue: Dialogue, path: Sequence[Step], given: Mapping[str, str]
) -> ProposedMath:
    """A math task on a dialogue. `given` is as for `material`. Raises ModelError."""
    return await _proposed(writer, "task_math", ProposedMath, dialogue, path, given)


async def propose_pair(
    writer: Writer, dialogue: Dialogue, path: Sequence[Step], given: Mapping[str, str]
) -> ProposedPair:
    """A pair of common-sense tasks on a dialogue. `given` is as for `material`."""
    return await _proposed(writer, "task_sense", ProposedPair, dialogue, path, given)


def material(
    before: Sequence[str] = (), example: str = "", refused: Sequence[str] = ()
) -> dict[str, str]:
    """What a proposal is told besides the dialogue: questions asked before, a hard question to
    go by (P^k of eq. 8), and why earlier tries were refused."""
    return {
        "before": "\n".join(map(fenced, before)) or _NOTHING,
        "example": fenced(example) or _NOTHING,
        "refused": "\n".join(map(fenced, refused)) or _NOTHING,
    }


async def _proposed(
    writer: Writer,
    prompt: str,
    schema: type[T],
    dialogue: Dialogue,
    path: Sequence[Step],
    given: Mapping[str, str],
) -> T:
    values = {"conversation": numbered(dialogue), **given}
    return await writer.caller.data(
        ROLE,
        load_prompt(prompt, writer.language).fill(values),
        schema,
        seed=seed_for(writer.seed, *path),
        sampling=Sampling(0.7, max_tokens=_ROOM),
        meter=writer.meter,
    )


def numbered(dialogue: Dialogue) -> str:
    """A dialogue with the index of each turn; spaces as they are, so that quotes stay verbatim."""
    return "\n".join(
        f"{place} {turn.speaker}: {_one_line(turn.text)}"
        for place, turn in enumerate(dialogue.turns)
    )


def _one_line(text: str) -> str:
    return text.translate({ord("<"): "‹", ord(">"): "›", ord("\n"): " ", ord("\r"): " "})
