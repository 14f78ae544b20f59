"""Words that a user who knows little asks about, and how an assistant explains them."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from trialogue.agents.checks import (
    asks_nothing,
    in_language,
    in_role,
    no_longer_than,
    only_figures,
    whole,
)
from trialogue.agents.figures import figures
from trialogue.agents.focus import sentences
from trialogue.agents.phrases import phrase
from trialogue.agents.scene import Scene
from trialogue.agents.seeds import rng
from trialogue.agents.writer import Draft, fenced
from trialogue.errors import AnswerError, DialogueFailed
from trialogue.records import Passage, Subtask

_RATE = 0.15
_WORDS, _CHARACTERS = 3, 10
_SHOWN = 3


class Term(BaseModel):
    """The word that a newcomer would not understand; empty where there is none."""

    model_config = ConfigDict(extra="forbid")
    term: Annotated[str, Field(max_length=60)]


def knowledge_gap(scene: Scene) -> int:
    """How little the user knows, 1 to 5: as the controls say, else as its persona."""
    persona = scene.user.persona
    return int(scene.manner.value("knowledge_gap", (persona and persona.expertise) or 3))


async def unknown_term(scene: Scene, subtask: Subtask, answer: str) -> str:
    """A word of the answer that the user asks about, or "". Only those who know little ask."""
    rate = _RATE * max(0, knowledge_gap(scene) - 3)
    if rng(scene.writer.seed, "term", subtask.id).random() >= rate:
        return ""
    try:
        found = await scene.writer.choice(
            "user",
            "term",
            {"answer": fenced(answer)},
            Term,
            path=("term", scene.place),
            max_tokens=30,
        )
    except AnswerError:
        return ""
    return found.term if _askable(scene, found.term, answer) else ""


async def explained(scene: Scene, term: str, rules: Sequence[Passage]) -> Draft:
    """What a word means by the rules; a set phrase where they do not have it."""
    said = [text for passage in rules for text in sentences(passage.text)]
    rule = " ".join([text for text in said if term.lower() in text.lower()][:_SHOWN])
    if not rule:
        return Draft(phrase(scene, "unexplained"))
    try:
        return await scene.line(
            "explain",
            {"rule": fenced(rule), "term": fenced(term)},
            path=("explain", scene.place),
            checks=(
                whole,
                in_language(scene.language),
                in_role(scene.language, "assistant"),
                only_figures(figures(rule), set()),
                asks_nothing,
                no_longer_than(200, fatal=True),
            ),
            temperature=0.3,
            max_tokens=70,
            drafts=3,
        )
    except DialogueFailed:
        return Draft(phrase(scene, "unexplained"), rewrites=1)


def _askable(scene: Scene, term: str, answer: str) -> bool:
    """Whether it is a short expression of the answer that the user has not used or asked about."""
    long = len(term) > _CHARACTERS if scene.language == "zh" else len(term.split()) > _WORDS
    known = " ".join([*scene.said_by("user"), scene.user.intent]).lower()
    fits = term in answer and len(term) > 1 and not figures(term) and not long
    return fits and term not in scene.progress.terms and term.lower() not in known
