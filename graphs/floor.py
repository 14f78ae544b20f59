"""Who has the floor in a dialogue, and when it is over."""

from collections.abc import Sequence

from trialogue.agents.goal import Progress, marked, next_move, point, settled, tried, with_turn
from trialogue.agents.participants import Member, on_side, owner, seated, waiting, who_spoke
from trialogue.agents.scene import Scene
from trialogue.agents.speakers import next_speaker
from trialogue.errors import UsageError
from trialogue.graphs.context import Context
from trialogue.records import Action, Subtask, Turn, UserProfile


def scene_of(
    context: Context,
    user: UserProfile,
    trajectory: Sequence[Action],
    turns: Sequence[Turn],
    goal: Sequence[Subtask],
    progress: Progress,
    speaker: str,
) -> Scene:
    """The dialogue as it stands, seen by who has the floor; at first by the user."""
    writer = context.dialogue_writer()
    before = context.start.participants if context.start else ()
    people = seated(context.scenario, user, writer.seed, before)
    first = on_side(people, "user")[0]
    return Scene(
        writer=writer,
        scenario=context.scenario,
        user=user,
        speaks=next((person for person in people if person.name == speaker), first),
        people=people,
        trajectory=trajectory,
        turns=turns,
        goal=goal,
        progress=progress,
        mode=context.mode,
        manner=context.manner,
    )


async def following(scene: Scene, context: Context) -> tuple[str, str]:
    """The name of who speaks next and no reason to stop, or nobody and the reason."""
    answered = bool(scene.turns) and scene.turns[-1].speaker == "assistant"
    if answered and scene.progress.asked:
        return _owner(scene, _concerned(scene)), ""
    if answered and scene.progress.closing:
        return "", _reason(scene)
    left = _left(scene, context)
    if answered and scene.progress.doubted is not None:
        return (min(left), "") if left else ("", _reason(scene))
    person = await next_speaker(
        scene.scenario.policy, _able(scene), scene.turns, scene.writer, left
    )
    return (person.name, "") if person else ("", _reason(scene))


def owned(scene: Scene) -> tuple[Subtask, ...]:
    """The subtasks of the user who has the floor; all where there is one user."""
    return tuple(s for s in scene.goal if _owner(scene, s) == scene.speaks.name)


def told_already(
    goal: tuple[Subtask, ...], turns: Sequence[Turn], told: int
) -> tuple[Subtask, ...]:
    """The goal of a dialogue whose user has told so many points of the story.

    The last one is not settled yet if the user's turn still waits for its answer. Raises
    UsageError if there are fewer.
    """
    there = len(goal)
    if not 0 <= told <= there:
        raise UsageError(
            f"told is {told}, but the trajectory has {there} actions; give 0 to {there}"
        )
    waits = bool(told and turns and turns[-1].speaker == "user")
    last = max(0, len(turns) - 1)
    done = marked(goal, range(1, told + 1 - waits), "done", last)
    if not waits:
        return done
    return with_turn(done, Progress(), next_move(done, Progress()), last)[0]


def _left(scene: Scene, context: Context) -> frozenset[str]:
    """The names of the users who have something left to say."""
    before = len(context.start.turns) if context.start else 0
    if sum(turn.speaker == "user" for turn in scene.turns[before:]) >= context.rounds:
        return frozenset()
    if scene.progress.term:
        return frozenset({on_side(scene.people, "user")[0].name})
    if scene.progress.doubted is not None:
        return frozenset({_owner(scene, _concerned(scene))})
    if tried(scene.goal, scene.progress):
        leaving = scene.mode == "user" and not scene.progress.closing
        return frozenset({on_side(scene.people, "user")[0].name} if leaving else ())
    dropped = scene.progress.dropped
    return waiting(
        scene.people, (_number(s) for s in scene.goal if not s.settled and s.id not in dropped)
    )


def _able(scene: Scene) -> list[Member]:
    """All who may speak in this round: further assistants add only to what settled something."""
    first = max((i for i, t in enumerate(scene.turns) if t.speaker == "user"), default=-1) + 1
    heard = {who_spoke(scene.people, turn) for turn in scene.turns[first:]}
    if not heard or any(subtask.done == first for subtask in scene.goal):
        return list(scene.people)
    return [p for p in scene.people if p.speaker == "user" or p.name in heard]


def _concerned(scene: Scene) -> Subtask:
    """The subtask of the detail that is asked for, or that is to be confirmed."""
    doubted = scene.progress.doubted
    wanted = doubted if doubted is not None else scene.progress.probed[-1]
    return next(subtask for subtask in scene.goal if subtask.id == wanted)


def _owner(scene: Scene, subtask: Subtask) -> str:
    return owner(scene.people, _number(subtask))


def _number(subtask: Subtask) -> int:
    """What goes round the users: the points of the story, else the subtasks."""
    place = point(subtask)
    return subtask.id if place is None else place + 1


def _reason(scene: Scene) -> str:
    if settled(scene.goal):
        return "goal_reached"
    return "gave_up" if tried(scene.goal, scene.progress) else "max_rounds"
