"""The user's goal as it is worked through (U §3): which subtask is next, and when it is over."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from trialogue.records import Record, Subtask

Mode = Literal["task", "user"]


class Progress(Record):
    """What is noted while a goal is worked through, besides the states of its subtasks.

    `asked` is what the assistant wants to hear next, `probed` are the subtasks for which it has
    asked for a detail, `doubted` is the subtask that the user wants confirmed, `term` a word that
    it wants explained, `terms` are all it has asked about. `tries` counts by
    subtask how often it was raised; `dropped` are those that the user no longer asks about.
    `about` has the indices of the user's turns by source. `checks` counts structured checks,
    `early` those that called the goal done while something was open, `late` those that called it
    unfinished when it was done. `closing` says that the user has taken leave.
    """

    asked: str = ""
    probed: tuple[int, ...] = ()
    doubted: int | None = None
    term: str = ""
    terms: tuple[str, ...] = ()
    tries: Mapping[int, int] = {}
    dropped: tuple[int, ...] = ()
    about: Mapping[str, tuple[int, ...]] = {}
    checks: int = 0
    early: int = 0
    late: int = 0
    closing: bool = False


class Move(NamedTuple):
    """What the user does next, and with which subtasks."""

    kind: Literal["raise", "detail", "term", "confirm", "again", "close"]
    subtasks: tuple[Subtask, ...] = ()


def next_move(goal: Sequence[Subtask], progress: Progress, pace: int = 1) -> Move:
    """The user's next move: answer what was asked back, ask for a word or for confirmation, ask
    again what was not answered, raise the next `pace` subtasks, else take leave."""
    waiting = unanswered(goal, progress)
    if progress.asked:
        return Move("detail", waiting[:1])
    if progress.term:
        return Move("term")
    if progress.doubted is not None:
        return Move("confirm", tuple(s for s in goal if s.id == progress.doubted))
    if waiting:
        return Move("again", waiting[:1])
    still_open = tuple(s for s in goal if s.state == "open")
    return Move("raise", still_open[:pace]) if still_open else Move("close")


def unanswered(goal: Sequence[Subtask], progress: Progress) -> tuple[Subtask, ...]:
    """The subtasks that were raised and that the user still wants an answer to."""
    return tuple(s for s in goal if s.state == "given" and s.id not in progress.dropped)


def tried(goal: Sequence[Subtask], progress: Progress) -> bool:
    """Whether nothing is left to say about any subtask."""
    busy = progress.asked or progress.term or progress.doubted is not None
    return not busy and all(s.settled or s.id in progress.dropped for s in goal)


def settled(goal: Iterable[Subtask]) -> bool:
    """Whether every subtask is done or confirmed."""
    return all(subtask.settled for subtask in goal)


def with_turn(
    goal: Sequence[Subtask], progress: Progress, move: Move, place: int
) -> tuple[tuple[Subtask, ...], Progress]:
    """Goal and progress after the user's turn at index `place`."""
    ids = [subtask.id for subtask in move.subtasks]
    given = {"state": "given", "given": place}
    after = tuple(
        s.model_copy(update=given) if s.id in ids and s.state == "open" else s for s in goal
    )
    about, tries = dict(progress.about), dict(progress.tries)
    for subtask in move.subtasks:
        key = source(subtask)
        about[key] = tuple(dict.fromkeys((*about.get(key, ()), place)))
        if move.kind in ("raise", "again"):
            tries[subtask.id] = tries.get(subtask.id, 0) + 1
    closing = move.kind == "close"
    return after, progress.model_copy(
        update={"about": about, "tries": tries, "asked": "", "closing": closing}
    )


def resumed(goal: Iterable[Subtask]) -> Progress:
    """The progress that the states of a goal show, for going on with it."""
    about: dict[str, tuple[int, ...]] = {}
    raised = [subtask for subtask in goal if subtask.given is not None]
    for subtask in raised:
        assert subtask.given is not None
        about[source(subtask)] = (*about.get(source(subtask), ()), subtask.given)
    return Progress(about=about, tries={subtask.id: 1 for subtask in raised})


def source(subtask: Subtask) -> str:
    """What subtasks about the same thing share."""
    return f"{subtask.kind} {subtask.source or subtask.id}"


def point(subtask: Subtask) -> int | None:
    """The 0-based index of the story's point that a subtask is about, or None."""
    is_point = subtask.kind == "point" and subtask.source.isdecimal()
    return int(subtask.source) - 1 if is_point else None


def marked(
    goal: Sequence[Subtask], ids: Iterable[int], state: Literal["done", "confirmed"], place: int
) -> tuple[Subtask, ...]:
    """The goal with some subtasks settled by the turn at index `place`."""
    chosen = set(ids)
    return tuple(
        s.model_copy(update={"state": state, "done": place if s.done is None else s.done})
        if s.id in chosen
        else s
        for s in goal
    )
