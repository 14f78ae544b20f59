"""The user's look at an answer: which subtasks it settles, and whether the goal is reached."""

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from trialogue.agents.figures import figures
from trialogue.agents.goal import Progress, marked, settled, unanswered
from trialogue.agents.rounds_left import to_spare
from trialogue.agents.scene import Scene
from trialogue.agents.seeds import rng
from trialogue.agents.terms import knowledge_gap, unknown_term
from trialogue.agents.writer import fenced
from trialogue.errors import AnswerError
from trialogue.records import Subtask

_SILENT = re.compile(
    r"rules? (are|is) silent|(say|says|said) nothing|(do|does) not (say|mention|settle|cover)"
    "|没有(提到|提及|规定|说明|写明)|未(提及|规定|说明)",
    re.IGNORECASE,
)
_TRIES = {"low": 1, "medium": 2, "high": 3}
_DOUBT = 0.12
_LABELS = {
    "en": {"now": "asked now", "open": "open", "settled": "settled"},
    "zh": {"now": "刚问", "open": "未问", "settled": "已解决"},
}


class Seen(BaseModel):
    """What the user makes of an answer: does it settle the question, and is all settled now."""

    model_config = ConfigDict(extra="forbid")
    answered: Literal["yes", "no", "unsure"]
    all_done: bool


async def track_goal(scene: Scene) -> tuple[tuple[Subtask, ...], Progress]:
    """Goal and progress after the assistant's last turn.

    In task mode whatever was raised is done. In user mode the model judges what the program
    cannot; its word on the whole goal is compared with the states, which alone decide.
    """
    place, goal, progress = scene.place - 1, tuple(scene.goal), scene.progress
    if progress.asked or progress.closing:
        return goal, progress
    if progress.term:
        return goal, progress.model_copy(update={"term": ""})
    if progress.doubted is not None:
        goal = marked(goal, (progress.doubted,), "confirmed", place)
        return goal, progress.model_copy(update={"doubted": None})
    waiting = unanswered(goal, progress)
    if scene.mode == "task":
        return marked(goal, (s.id for s in waiting), "done", place), progress
    for subtask in waiting:
        goal, progress = await _judged(scene, goal, progress, subtask)
    return goal, progress


async def _judged(
    scene: Scene, goal: tuple[Subtask, ...], progress: Progress, subtask: Subtask
) -> tuple[tuple[Subtask, ...], Progress]:
    answer = scene.turns[-1].text
    seen = await _seen(scene, goal, subtask, answer)
    answered = _clear(answer) or (seen.answered if seen else "yes")
    noted: dict[str, object] = {}
    if answered == "no":
        tries = progress.tries.get(subtask.id, 0)
        if tries >= _patience(scene) or _spare(scene, goal, progress, subtask) < 0:
            noted["dropped"] = (*progress.dropped, subtask.id)
    else:
        goal = marked(goal, (subtask.id,), "done", scene.place - 1)
        if _spare(scene, goal, progress, subtask) > 0:
            noted |= await _wondered(scene, progress, subtask, answer, answered)
    if seen is not None:
        over = settled(goal)
        noted["checks"] = progress.checks + 1
        noted["early"] = progress.early + (seen.all_done and not over)
        noted["late"] = progress.late + (over and not seen.all_done)
    return goal, progress.model_copy(update=noted)


def _spare(scene: Scene, goal: Sequence[Subtask], progress: Progress, now: Subtask) -> float:
    """The rounds to spare, if what is judged after `now` is answered."""
    waiting = unanswered(scene.goal, scene.progress)
    return to_spare(scene, goal, progress, waiting[waiting.index(now) + 1 :])


async def _wondered(
    scene: Scene, progress: Progress, subtask: Subtask, answer: str, answered: str
) -> dict[str, object]:
    """The word that the user wants explained, or that it wants the answer confirmed, if so."""
    term = await unknown_term(scene, subtask, answer)
    if term:
        return {"term": term, "terms": (*progress.terms, term)}
    doubtful = answered == "unsure" or _doubts(scene, subtask, answer)
    return {"doubted": subtask.id} if doubtful else {}


async def _seen(
    scene: Scene, goal: Sequence[Subtask], subtask: Subtask, answer: str
) -> Seen | None:
    """The model's word; None if it gives no usable one."""
    try:
        return await scene.writer.choice(
            "user",
            "goal",
            {
                "goal": _listed(goal, subtask, scene.language),
                "open": _still_open(goal, subtask),
                "asked": fenced(subtask.text),
                "answer": fenced(answer),
            },
            Seen,
            path=("goal", scene.place, subtask.id),
            max_tokens=40,
        )
    except AnswerError:
        return None


def _listed(goal: Sequence[Subtask], now: Subtask, language: str) -> str:
    labels, colon = _LABELS[language], "：" if language == "zh" else ": "

    def label(subtask: Subtask) -> str:
        if subtask.id == now.id:
            return labels["now"]
        return labels["settled" if subtask.settled else "open"]

    return "\n".join(f"- {label(s)}{colon}{fenced(s.text)}" for s in goal)


def _still_open(goal: Sequence[Subtask], now: Subtask) -> str:
    """How many questions besides the present one are not settled."""
    return str(sum(not s.settled for s in goal if s.id != now.id))


def _clear(answer: str) -> Literal["yes", "no"] | None:
    """What the program can tell: a question back settles nothing, silent rules settle it."""
    if answer.rstrip().endswith(("?", "？")):
        return "no"
    return "yes" if _SILENT.search(answer) else None


def _patience(scene: Scene) -> int:
    """How often the user raises the same thing."""
    persona = scene.user.persona
    return _TRIES[(persona and persona.patience) or "medium"]


def _doubts(scene: Scene, subtask: Subtask, answer: str) -> bool:
    """Whether the user wants an answer with figures confirmed: the more, the less it knows."""
    if not figures(answer) or _SILENT.search(answer):
        return False
    persona = scene.user.persona
    style = scene.manner.value("decision_style", persona and persona.decision_style)
    rate = _DOUBT * (knowledge_gap(scene) - 1) / 2 + (0.2 if style == "dependent" else 0)
    return rng(scene.writer.seed, "doubt", subtask.id).random() < rate
