"""The pieces of a user's turn that a model words: reaction, story, request, confirmation."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from trialogue.agents.checks import (
    Check,
    Fault,
    asks_nothing,
    carries,
    in_language,
    in_role,
    keeps_words,
    no_longer_than,
    not_repeating,
    only_figures,
    whole,
    without_figures,
    without_name,
)
from trialogue.agents.details import withheld
from trialogue.agents.figures import figures, totals
from trialogue.agents.goal import point
from trialogue.agents.scene import Scene
from trialogue.agents.story import words
from trialogue.agents.writer import Draft, fenced
from trialogue.errors import DialogueFailed
from trialogue.records import Action, Scenario, Subtask

_QUOTED = re.compile('["“「《]([^"”」》]+)["”」》]')
_NAME = re.compile(r"(?<=[\w,;] )[A-Z][\w'-]+|\b[A-Z]+-?\d[\w-]*")
_SPOKEN = re.compile(r"[?？]\s*$|\b(?:I|my|please)\b|我|请", re.IGNORECASE)
_QUESTION = re.compile(r"[^.!?。！？]*[?？]\s*$")


async def reaction(scene: Scene, heard: str) -> Draft:
    """A few words on the answer; left out if the model finds none that fit."""
    usual = [words(scene.language)["reactions"], *(e.reaction for e in scene.scenario.examples)]
    try:
        return await scene.line(
            "reaction",
            {"heard": fenced(heard)},
            examples=_examples(scene.scenario),
            path=("reaction", scene.place),
            checks=(
                *spoken(scene),
                without_figures,
                asks_nothing,
                no_longer_than(70),
                _new(scene.said_by("user")),
                not_repeating([heard], 0.4),
                keeps_words(" ".join([heard, *usual]), 1.0),
            ),
            max_tokens=30,
            drafts=2,
        )
    except DialogueFailed:
        return Draft("", rewrites=1)


async def story(scene: Scene, subtask: Subtask) -> Draft:
    """What the user says about a subtask's point; a figure that is held back is not in it.

    Raises DialogueFailed if no draft can be used.
    """
    place = point(subtask)
    assert place is not None
    action = scene.trajectory[place]
    detail = withheld(scene.scenario, action) if subtask.hidden else None
    line, facts = (detail.line, action.facts[:-1]) if detail else (action.action, action.facts)
    return await scene.line(
        "said",
        {"line": fenced(line)},
        examples=_examples(scene.scenario, not_about=action.topic),
        path=_path("said", scene.place, subtask, scene),
        style=True,
        checks=(
            *spoken(scene),
            carries([fact.value for fact in facts], scene.scenario.language),
            carries(_day(action), scene.scenario.language, fatal=False),
            only_figures(figures(line), totals(scene.trajectory)),
            asks_nothing,
            not_repeating([turn.text for turn in scene.turns]),
            without_name(scene.own_name),
            no_longer_than(320),
        ),
    )


async def request(scene: Scene, subtask: Subtask) -> Draft:
    """A task or goal as the user asks for it; as it is written where it is spoken already, or
    where the model drifts from it."""
    if _SPOKEN.search(subtask.text):
        return await scene.styled(Draft(subtask.text), (), ("request", scene.place, subtask.id))
    try:
        return await scene.line(
            "request",
            {"request": fenced(subtask.text)},
            path=_path("request", scene.place, subtask, scene),
            style=True,
            checks=(
                *spoken(scene),
                carries(sorted(map(str, figures(subtask.text))), scene.scenario.language),
                only_figures(figures(subtask.text), set()),
                _keeps_names(subtask.text),
                keeps_words(subtask.text, 0.6),
                no_longer_than(len(subtask.text) + 120),
            ),
            temperature=0.5,
        )
    except DialogueFailed:
        return Draft(subtask.text, rewrites=1)


def spoken(scene: Scene) -> tuple[Check, ...]:
    """What holds for every line of the user."""
    language = scene.scenario.language
    return whole, in_language(language), in_role(language, "user")


def _path(name: str, place: int, subtask: Subtask, scene: Scene) -> tuple[str | int, ...]:
    """The place of a line; the first subtask of a turn needs no number."""
    first = next((s.id for s in scene.goal if s.state == "open"), subtask.id)
    return (name, place) if subtask.id == first else (name, place, subtask.id)


def _day(action: Action) -> list[str]:
    """The day of the month on which the action took place."""
    return [str(int(fact.when[-2:])) for fact in action.facts[:1] if fact.when]


def _new(earlier: Sequence[str]) -> Check:
    """The words have not been said before."""

    def check(text: str) -> Fault | None:
        said = any(text.rstrip(".!。！") in turn for turn in earlier)
        return Fault("has been said before") if said else None

    return check


def _keeps_names(origin: str) -> Check:
    """What stands in quotation marks, names inside sentences and codes stay in the line."""
    quoted = [text.strip() for text in _QUOTED.findall(origin)]
    names = [*quoted, *_NAME.findall(_QUOTED.sub(" ", origin))]

    def check(text: str) -> Fault | None:
        lost = [name for name in names if name.lower() not in text.lower()]
        return Fault(f"leaves out {', '.join(lost)}") if lost else None

    return check


def _examples(scenario: Scenario, not_about: str = "") -> list[Mapping[str, str]]:
    """The scenario's worked exchanges on other things than this."""
    topics = {activity.name: activity.topic for activity in scenario.activities}
    return [
        {
            "note": example.note,
            "said": _told(example.said),
            "answer": example.answer,
            "reaction": example.reaction,
        }
        for example in scenario.examples
        if topics.get(example.activity) != not_about
    ]


@cache
def _told(said: str) -> str:
    """What a worked exchange tells, without the question at its end."""
    return _QUESTION.sub("", said).strip() or said
