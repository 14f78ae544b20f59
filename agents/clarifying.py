"""What an assistant says besides answers: asks for a missing detail, affirms, takes leave."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from trialogue.agents.assistant import Asked
from trialogue.agents.assistant_replies import affirmed, question_back
from trialogue.agents.details import withheld
from trialogue.agents.figures import figures, missing
from trialogue.agents.goal import Progress, point, source, unanswered
from trialogue.agents.phrases import phrase
from trialogue.agents.rounds_left import to_spare
from trialogue.agents.scene import Scene
from trialogue.agents.terms import explained
from trialogue.agents.writer import Draft, fenced
from trialogue.errors import AnswerError
from trialogue.records import Subtask, Turn
from trialogue.tools.documents import quoted


class Need(BaseModel):
    """The question for a detail without which there is no answer; empty where none is needed."""

    model_config = ConfigDict(extra="forbid")
    question: Annotated[str, Field(max_length=160)]


async def other_turn(
    scene: Scene, asked: Sequence[Asked], *, consult: bool
) -> tuple[Turn, Progress] | None:
    """The assistant's turn where it is no answer, with what it asks noted; else None.

    In user mode it asks, once a subtask, for a detail that it needs and was not told: with
    `consult` the program knows which figure of the activity is missing, else the model decides,
    as long as the turns asked for leave room.
    """
    if scene.progress.closing:
        return scene.turn(phrase(scene, "farewell")), scene.progress
    if scene.progress.term:
        rules = [passage for one in asked for passage in one.library.passages]
        return _turn(scene, await explained(scene, scene.progress.term, rules)), scene.progress
    if scene.progress.doubted is not None:
        heard = scene.said_by("assistant")[-1]
        return _turn(scene, await affirmed(scene, heard, scene.asked)), scene.progress
    waiting = unanswered(scene.goal, scene.progress)
    unprobed = [s for s in waiting if s.id not in scene.progress.probed and point(s) is not None]
    if scene.mode == "task" or not unprobed:
        return None
    if not consult:
        if to_spare(scene, scene.goal, scene.progress, waiting) < 1:
            return None
        return await _ask_freely(scene, unprobed[0], asked)
    subtask = next((s for s in unprobed if s.hidden and _untold(scene, s)), None)
    return await _ask_for_figure(scene, subtask) if subtask else None


async def _ask_for_figure(scene: Scene, subtask: Subtask) -> tuple[Turn, Progress] | None:
    place = point(subtask)
    assert place is not None
    detail = withheld(scene.scenario, scene.trajectory[place])
    if detail is None:
        return None
    topic = scene.trajectory[place].topic
    draft = await question_back(scene, scene.asked, detail.called, topic)
    return _turn(scene, draft), _noted(scene, subtask, draft.text)


async def _ask_freely(
    scene: Scene, subtask: Subtask, asked: Sequence[Asked]
) -> tuple[Turn, Progress] | None:
    rules = " ".join(quoted(passage) for one in asked for passage in one.library.passages)
    try:
        need = await scene.writer.choice(
            "assistant",
            "need",
            {
                "who": fenced(scene.speaks.description),
                "earlier": fenced(scene.transcript()) or "-",
                "rules": fenced(rules) or "-",
                "asked": fenced(scene.asked),
            },
            Need,
            path=("need", scene.place),
        )
    except AnswerError:
        return None
    question = fenced(need.question)
    if not question.endswith(("?", "？")):
        return None
    return _turn(scene, Draft(question)), _noted(scene, subtask, question)


def _untold(scene: Scene, subtask: Subtask) -> bool:
    """Whether the detail that is held back was not said in what is about the same thing."""
    told = " ".join(scene.turns[i].text for i in scene.progress.about.get(source(subtask), ()))
    values = sorted(map(str, figures(subtask.hidden[0])))
    return bool(missing(values, told, scene.language))


def _turn(scene: Scene, draft: Draft) -> Turn:
    return scene.turn(draft.text, rewrites=draft.rewrites)


def _noted(scene: Scene, subtask: Subtask, question: str) -> Progress:
    probed = (*scene.progress.probed, subtask.id)
    return scene.progress.model_copy(update={"asked": question, "probed": probed})
