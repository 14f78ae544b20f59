"""The user agent F as it talks (eq. 3): one move of its goal a turn, in its own words."""

from dataclasses import replace

from trialogue.agents.companion import opening, put_to, spoken_to
from trialogue.agents.goal import Move, point, settled, source
from trialogue.agents.phrases import phrase
from trialogue.agents.rewording import reworded
from trialogue.agents.scene import Scene
from trialogue.agents.seeds import rng, seed_for
from trialogue.agents.story import words
from trialogue.agents.user_lines import reaction, request, story
from trialogue.agents.user_replies import confirmation, leave, revealed
from trialogue.agents.writer import Draft
from trialogue.records import Subtask, Turn

_FEEDBACK = {"task": 1.0, "user": 0.7}


async def user_turn(scene: Scene, move: Move, *, reactions: bool = True) -> Turn:
    """The user's next turn, which makes a move of its goal.

    The first turn greets and says what it is about; later ones may begin with a few words on the
    answer just heard, unless `reactions` are off. Raises DialogueFailed if no draft can be used.
    """
    match move.kind:
        case "raise":
            parts = [await _opening(scene, move, reactions=reactions)]
            for subtask in move.subtasks:
                begun = [part.text for part in parts]
                parts += await _raised(replace(scene, begun=begun), subtask)
        case "detail":
            parts = [await revealed(scene, move.subtasks[0], scene.turns[-1].text)]
        case "term":
            parts = [Draft(phrase(scene, "term", term=scene.progress.term))]
        case "confirm":
            parts = [confirmation(scene, scene.said_by("assistant")[-1])]
        case "again":
            parts = await _again(scene, move.subtasks[0])
        case "close":
            parts = [await leave(scene, settled=settled(scene.goal))]
    gap = "" if scene.language == "zh" else " "
    text = gap.join(part.text for part in parts if part.text)
    return scene.turn(text, rewrites=sum(part.rewrites for part in parts))


def other_words(scene: Scene) -> Scene:
    """The same scene with other luck: for saying a turn once more."""
    writer = scene.writer
    return replace(scene, writer=replace(writer, seed=seed_for(writer.seed, "again", scene.place)))


async def _opening(scene: Scene, move: Move, *, reactions: bool) -> Draft:
    if not scene.turns:
        return _greeting(scene, move)
    joining = await opening(
        scene.writer,
        scene.scenario,
        scene.people,
        scene.speaks,
        scene.turns,
        _topic(scene, move.subtasks[0]),
    )
    if joining is not None:
        return joining
    heard = scene.turns[-1]
    rate = float(scene.manner.value("feedback", _FEEDBACK[scene.mode]))
    wanted = rate == 1 or rng(scene.writer.seed, "feedback", scene.place).random() < rate
    return await reaction(scene, heard.text) if reactions and wanted else Draft("")


def _greeting(scene: Scene, move: Move) -> Draft:
    """Hello, and what the user's story is about, where it has one."""
    greetings: list[str] = words(scene.language)["greetings"]
    greeting = rng(scene.writer.seed, "greeting").choice(greetings)
    if point(move.subtasks[0]) is None:
        return Draft(greeting)
    gap = "" if scene.language == "zh" else " "
    return Draft(gap.join((greeting, scene.user.intent)))


async def _raised(scene: Scene, subtask: Subtask) -> list[Draft]:
    """A subtask said for the first time: a point with its question, a follow-up, a request."""
    if point(subtask) is None:
        return [await request(scene, subtask)]
    if source(subtask) not in scene.progress.about and _first(scene, subtask):
        return [await story(scene, subtask), await _question(scene, subtask)]
    return [await _question(scene, subtask, _lead(scene, subtask))]


def _first(scene: Scene, subtask: Subtask) -> bool:
    """Whether no earlier subtask is about the same point."""
    return next(s.id for s in scene.goal if source(s) == source(subtask)) == subtask.id


async def _question(scene: Scene, subtask: Subtask, lead: str = "") -> Draft:
    if not subtask.text:
        return Draft("")
    text = subtask.text
    listener = spoken_to(scene.scenario.policy, scene.people, scene.turns, scene.writer.seed)
    if listener is not None:
        text = put_to(text, listener.name, scene.language)
    elif lead and scene.language == "en" and not text.startswith(("I ", "I'")):
        text = text[0].lower() + text[1:]
    said = Draft(text if listener else lead + text)
    return await scene.styled(said, (), ("ask", scene.place, subtask.id))


def _lead(scene: Scene, subtask: Subtask) -> str:
    """Words that tie a follow-up to what it is about: none needed where that was the last thing."""
    latest = max(scene.progress.about.items(), key=lambda pair: pair[1][-1], default=("", ()))[0]
    if point(subtask) is None or latest == source(subtask):
        return phrase(scene, "follow")
    return phrase(scene, "back", topic=_topic(scene, subtask))


def _topic(scene: Scene, subtask: Subtask) -> str:
    """What a subtask is about, in a word or two; its text where it is no point of the story."""
    place = point(subtask)
    return subtask.text if place is None else scene.trajectory[place].topic


async def _again(scene: Scene, subtask: Subtask) -> list[Draft]:
    """A question that was not answered, in other words."""
    lead = Draft(phrase(scene, "again").strip())
    if point(subtask) is None:
        return [lead, await request(scene, subtask)]
    topic, path = _topic(scene, subtask), ("again", scene.place)
    return [lead, Draft(await reworded(scene.writer, "user", topic, subtask.text, path))]
