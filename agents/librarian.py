"""Proposes search keywords for a scenario beyond its lexicon (METHOD §1.1)."""

from pydantic import BaseModel, ConfigDict, Field

from trialogue.agents.writer import Writer, fenced
from trialogue.errors import AnswerError
from trialogue.records import Scenario


class Keywords(BaseModel):
    """A model's proposal."""

    model_config = ConfigDict(extra="forbid")

    keywords: list[str] = Field(max_length=8)


async def propose_keywords(writer: Writer, scenario: Scenario) -> tuple[str, ...]:
    """The lexicon's keywords and up to eight of the model's, none twice, order kept."""
    try:
        answer = await writer.choice(
            "user_generator",
            "keywords",
            {
                "description": fenced(scenario.description),
                "known": fenced(", ".join(scenario.lexicon)),
            },
            Keywords,
            path=("keywords",),
            max_tokens=160,
        )
    except AnswerError:
        return scenario.lexicon
    proposed = (" ".join(word.split())[:80] for word in answer.keywords)
    return tuple(dict.fromkeys([*scenario.lexicon, *filter(None, proposed)]))
