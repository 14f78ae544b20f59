"""What a user says besides raising a subtask: tells a detail, has it confirmed, takes leave."""

import re

from trialogue.agents.checks import (
    Fault,
    carries,
    keeps_words,
    no_longer_than,
    not_repeating,
    only_figures,
    without_figures,
)
from trialogue.agents.controls import is_filler
from trialogue.agents.figures import figures, totals
from trialogue.agents.focus import sentences
from trialogue.agents.goal import point
from trialogue.agents.phrases import phrase
from trialogue.agents.scene import Scene
from trialogue.agents.user_lines import spoken
from trialogue.agents.writer import Draft, fenced
from trialogue.errors import DialogueFailed
from trialogue.records import Subtask

# The share of a detail's words in the answer that tells it: with more, it tells more.
_SAME = {"en": 0.6, "zh": 0.7}
_REPEATED = 200


async def revealed(scene: Scene, subtask: Subtask, question: str) -> Draft:
    """The answer to what the assistant asked back: the detail held back and nothing else."""
    place = point(subtask)
    known = subtask.hidden[0] if subtask.hidden else ""
    if not known and place is not None:
        known = scene.trajectory[place].action
    told = sorted(map(str, figures(known))) if subtask.hidden else []
    try:
        return await scene.line(
            "detail",
            {"question": fenced(question), "detail": fenced(known or subtask.text)},
            path=("detail", scene.place),
            checks=(
                *spoken(scene),
                carries(told, scene.scenario.language),
                only_figures(figures(known or subtask.text), totals(scene.trajectory)),
                *((keeps_words(known, _SAME[scene.language]),) if subtask.hidden else ()),
                _asks_nothing_at_all,
                no_longer_than(120, fatal=True),
            ),
            max_tokens=40,
            temperature=0.5,
        )
    except DialogueFailed:
        bare = f"{known}{'。' if scene.language == 'zh' else '.'}"
        return Draft(bare if subtask.hidden else phrase(scene, "unknown"), rewrites=1)


def confirmation(scene: Scene, heard: str) -> Draft:
    """Says the end of an answer back and asks whether it was understood.

    In the answer's own words: put into others by a small model it would often say the opposite.
    """
    told = [text for text in sentences(heard) if not is_filler(text, scene.language)]
    said = [text for text in told if len(text) <= _REPEATED] or [heard[:_REPEATED]]
    return Draft(phrase(scene, "confirm", said=said[-1]))


async def leave(scene: Scene, *, settled: bool) -> Draft:
    """A short sentence with which the user ends the conversation."""
    outcome = "settled" if settled else "unsettled"
    try:
        return await scene.line(
            "closing",
            {"outcome": outcome},
            path=("closing", scene.place),
            checks=(
                *spoken(scene),
                without_figures,
                _asks_nothing_at_all,
                no_longer_than(90, fatal=True),
                not_repeating(scene.said_by("user"), 0.5),
            ),
            max_tokens=30,
            drafts=2,
        )
    except DialogueFailed:
        return Draft(phrase(scene, f"closing_{outcome}"), rewrites=1)


def _asks_nothing_at_all(text: str) -> Fault | None:
    return Fault("asks back") if re.search("[?？]", text) else None
