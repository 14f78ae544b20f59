"""A second look at a user's message before it is sent, with one rewrite (U §3)."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, ConfigDict

from trialogue.agents.checks import Check, Fault, in_role, inspect, only_figures, whole
from trialogue.agents.figures import figures
from trialogue.agents.goal import Move
from trialogue.agents.scene import Scene
from trialogue.agents.user_turn import other_words, user_turn
from trialogue.agents.writer import Draft, fenced
from trialogue.errors import AnswerError, DialogueFailed
from trialogue.records import Subtask, Turn

_MARK = re.compile("[?？]")
_FIRST_PERSON = re.compile(r"\b(I|my|me|mine|we|our|us)\b|我|咱", re.IGNORECASE)
_QUESTIONS = 2


class Look(BaseModel):
    """What is wrong with a user's message."""

    model_config = ConfigDict(extra="forbid")
    fault: Literal[
        "none",
        "out_of_character",
        "tells_everything",
        "answers_itself",
        "speaks_as_assistant",
    ]


async def looked_over(scene: Scene, move: Move, *, reactions: bool = True) -> Turn:
    """The user's next turn, looked over once and made anew where something is amiss.

    How often that happened is tallied under "look".
    """
    turn = await user_turn(scene, move, reactions=reactions)
    faults = _visible(scene, move, turn.text)
    if faults or _may_be(await _judged(scene, turn.text), turn.text):
        turn, faults = await _rewritten(scene, move, turn, faults, reactions)
        rewrites = 1
    else:
        rewrites = 0
    what = tuple(fault.what for fault in faults)
    scene.writer.tally.count("look", Draft(turn.text, rewrites, what))
    return turn


async def _rewritten(
    scene: Scene, move: Move, turn: Turn, faults: list[Fault], reactions: bool
) -> tuple[Turn, list[Fault]]:
    """The turn in other words, unless a program sees more wrong with it than before."""
    try:
        again = await user_turn(other_words(scene), move, reactions=reactions)
    except DialogueFailed:
        return turn, faults
    left = _visible(scene, move, again.text)
    if len(left) > len(faults):
        return turn, faults
    return again.model_copy(update={"rewrites": turn.rewrites + again.rewrites + 1}), left


def _visible(scene: Scene, move: Move, text: str) -> list[Fault]:
    """What a program can see wrong with a whole message."""
    known = " ".join(
        [
            *(action.action for action in scene.trajectory),
            *(turn.text for turn in scene.turns),
            *(subtask.text for subtask in move.subtasks),
        ]
    )
    others = [s for s in scene.goal if s.state == "open" and s not in move.subtasks]
    return inspect(
        text,
        (
            whole,
            in_role(scene.scenario.language, "user"),
            only_figures(figures(known), set()),
            _keeps_to_itself(others),
        ),
    )


async def _judged(scene: Scene, text: str) -> str:
    heard = scene.said_by("assistant")[-1:]
    try:
        look = await scene.writer.choice(
            "user",
            "look",
            {
                "who": fenced(scene.speaks.description),
                "heard": fenced(" ".join(heard)) or "-",
                "message": fenced(text),
            },
            Look,
            path=("look", scene.place),
            max_tokens=30,
        )
    except AnswerError:
        return "none"
    return look.fault


def _may_be(fault: str, text: str) -> bool:
    """Whether a message can have the fault that a model sees in it.

    Small models see faults that are not there; what can be told from the form decides first.
    """
    match fault:
        case "tells_everything":
            return len(_MARK.findall(text)) > _QUESTIONS
        case "answers_itself":
            return bool(_MARK.search(text)) and not _MARK.search(text.rstrip()[-1:])
        case "speaks_as_assistant":
            return not _FIRST_PERSON.search(text)
        case _:
            return fault != "none"


def _keeps_to_itself(others: Sequence[Subtask]) -> Check:
    """The message says nothing of what is to be raised later."""

    def check(text: str) -> Fault | None:
        mine = _pairs(text)
        for subtask in others:
            theirs = _pairs(subtask.text)
            if len(theirs) > 2 and len(theirs & mine) > 0.7 * len(theirs):
                return Fault("gives away a later subtask")
        return None

    return check


def _pairs(text: str) -> set[tuple[str, str]]:
    tokens = re.findall(r"[\u3400-\u9fff]|[a-z0-9']+", text.lower())
    return set(pairwise(tokens))
