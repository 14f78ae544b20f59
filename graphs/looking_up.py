"""What the assistant is asked at this point of a dialogue, with what it may look into."""

from collections.abc import Sequence

from trialogue.agents.assistant import Asked
from trialogue.agents.consulting import Library, case_of, statements
from trialogue.agents.figures import missing
from trialogue.agents.focus import sentences
from trialogue.agents.goal import point, source, unanswered
from trialogue.agents.scene import Scene
from trialogue.graphs.context import Context
from trialogue.records import Action, Subtask, Turn


async def asked_now(scene: Scene, context: Context) -> list[Asked]:
    """Each thing to answer; where the model gets the dialogue whole, the last words are one."""
    waiting = unanswered(scene.goal, scene.progress)
    if len(waiting) < 2 or not context.consult:
        return [await _asked(scene, context, waiting[0] if waiting else None, alone=True)]
    return [await _asked(scene, context, subtask, alone=False) for subtask in waiting]


async def _asked(scene: Scene, context: Context, subtask: Subtask | None, *, alone: bool) -> Asked:
    words = scene.asked
    case = _case(scene, subtask, alone=alone) if context.consult else words
    told = words if scene.mode == "task" and alone else case
    passages = await context.shelf.search(_query(scene, subtask, told), context.options.passages)
    beside = context.shelf.beside(passages[0]) if passages else ()
    return Asked(
        text=case,
        library=Library(passages, beside, context.shelf.nearest),
        task=_takes_tools(context, subtask),
        further=subtask is not None and _is_further(scene, subtask),
        before=_answers(scene, subtask) if subtask else (),
    )


async def made_again(context: Context, turns: Sequence[Turn]) -> None:
    """Make the calls of earlier turns in this dialogue's own database, as they were made then."""
    specs = context.toolset.toolset.tools if context.toolset else ()
    executed = {spec.name for spec in specs if spec.sql is not None}
    calls = [call for turn in turns for call in turn.tool_calls if call.name in executed]
    for number, call in enumerate(calls):
        path = ("before", number)
        await context.toolbox.call(call.name, call.arguments, context.dialogue_writer(), path)


def _is_further(scene: Scene, subtask: Subtask) -> bool:
    """Whether another subtask about the same point was raised before."""
    return any(
        source(s) == source(subtask) and s.id < subtask.id and s.given is not None
        for s in scene.goal
    )


def _answers(scene: Scene, subtask: Subtask) -> tuple[str, ...]:
    """What was answered to earlier turns about the same thing and nothing else."""
    about, key = scene.progress.about, source(subtask)
    others = {turn for other, places in about.items() if other != key for turn in places}
    places = (turn + 1 for turn in about.get(key, ()) if turn not in others)
    return tuple(scene.turns[place].text for place in places if place < len(scene.turns))


def _takes_tools(context: Context, subtask: Subtask | None) -> bool:
    """Whether tools settle it: tasks of a tool set, and goals where there is one."""
    if subtask is None or not context.toolbox:
        return False
    return subtask.kind == "task" or (subtask.kind == "goal" and context.toolset is not None)


def _case(scene: Scene, subtask: Subtask | None, *, alone: bool) -> str:
    """What was told about a subtask's point, and its question, without the talk around it."""
    place = point(subtask) if subtask else None
    if subtask is None or place is None:
        return scene.asked
    key, about = source(subtask), scene.progress.about
    if alone and len(about.get(key, ())) < 2:
        return case_of(scene.asked)
    told = []
    for turn in about.get(key, ()):
        said = statements(case_of(scene.turns[turn].text))
        shared = any(turn in places for other, places in about.items() if other != key)
        told.append(_only_of(scene.trajectory[place], said, scene) if shared else said)
    return " ".join(filter(None, (*told, subtask.text)))


def _only_of(action: Action, said: str, scene: Scene) -> str:
    """The sentences with a figure of the action, of a turn that tells more than it."""
    values = [fact.value for fact in action.facts]
    own = (t for t in sentences(said) if len(missing(values, t, scene.language)) < len(values))
    return " ".join(own)


def _query(scene: Scene, subtask: Subtask | None, told: str) -> str:
    """What the rules are searched for: the user's words, and the topic where the assistant has
    the user's record (METHOD §1.4)."""
    place = point(subtask) if subtask else None
    if place is None or not scene.scenario.assistant_sees_record:
        return told
    return f"{scene.trajectory[place].topic}: {told}"
