"""A question in other words, as long as it stays the same question."""

from collections.abc import Sequence

from trialogue.agents.checks import (
    Check,
    asks,
    in_language,
    no_longer_than,
    rewords,
    same_persons,
    whole,
    without_figures,
)
from trialogue.agents.seeds import Step
from trialogue.agents.writer import Writer, fenced
from trialogue.errors import DialogueFailed


async def reworded(
    writer: Writer,
    role: str,
    topic: str,
    ask: str,
    path: Sequence[Step],
    more: Sequence[Check] = (),
) -> str:
    """The question `ask` in the model's words; as it is where the model drifts away from it.

    `more` are checks besides those that keep it the same question.
    """
    try:
        drafted = await writer.line(
            role,
            "question",
            {"topic": fenced(topic), "ask": fenced(ask)},
            path=path,
            checks=(
                whole,
                in_language(writer.language),
                asks,
                without_figures,
                no_longer_than(110),
                rewords(ask),
                same_persons(ask),
                *more,
            ),
            temperature=0.5,
            max_tokens=40,
            drafts=2,
        )
    except DialogueFailed:
        return ask
    return drafted.text
