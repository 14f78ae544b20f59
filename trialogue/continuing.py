"""Goes on from any turn of any dialogue, ours or another's, with new goals (METHOD §3)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from trialogue.dialogue_files import read_dialogues
from trialogue.dialogue_shapes import IMPORTED
from trialogue.errors import UsageError
from trialogue.records import Dialogue, Origin, Scenario, Start, Subtask, Turn, UserProfile
from trialogue.records.goal import SubtaskState


def start_from(
    path: Path, at_turn: int | None = None, goals: Sequence[str] = ()
) -> tuple[Start, ...]:
    """Where the dialogues of a file or run folder are gone on from, in their order.

    `at_turn` is how many turns are taken over, from 1; None takes them all. `goals` are what
    the user wants besides what the dialogue left unsettled, in this order.
    Raises UsageError if a dialogue cannot be read, has fewer turns, or leaves nothing to do.
    """
    if at_turn is not None and at_turn < 1:
        raise UsageError(f"--at-turn is {at_turn}; give 1 or more: the number of turns to keep")
    if any(not goal.strip() for goal in goals):
        raise UsageError("--goal is empty; say in a sentence what the user wants")
    return tuple(start_at(dialogue, at_turn, goals) for dialogue in read_dialogues(path))


def start_at(dialogue: Dialogue, at_turn: int | None, goals: Sequence[str]) -> Start:
    """The state of one dialogue after `at_turn` turns. Raises UsageError as `start_from`."""
    there = len(dialogue.turns)
    kept = there if at_turn is None else at_turn
    if kept > there:
        raise UsageError(f"{dialogue.id} has {there} turns; --at-turn {kept} is beyond its end")
    turns = dialogue.turns[:kept]
    goal = _extended([_as_of(subtask, kept) for subtask in _goal(dialogue)], turns, goals)
    if all(subtask.settled for subtask in goal):
        raise UsageError(f"{dialogue.id} leaves nothing to do after turn {kept}; give a --goal")
    foreign = dialogue.scenario.id == IMPORTED
    return Start(
        user=_user(dialogue, goal) if foreign else dialogue.user,
        trajectory=dialogue.trajectory,
        turns=turns,
        goal=goal,
        participants=dialogue.participants,
        scenario=None if foreign else dialogue.scenario,
        origin=Origin(dialogue=dialogue.id, turns=kept),
    )


def check_language(starts: Sequence[Start], scenario: Scenario) -> None:
    """Nothing, or UsageError: a dialogue made here that is in another language than `scenario`."""
    for start in starts:
        before = start.scenario
        if before is not None and before.language != scenario.language:
            raise UsageError(
                f"{start.origin.dialogue if start.origin else before.id} is in "
                f"{before.language!r}, but {scenario.id!r} in {scenario.language!r}; go on from it "
                f"with a scenario in {before.language!r}, such as {before.id!r}"
            )


def _goal(dialogue: Dialogue) -> Iterator[Subtask]:
    """The goal as recorded; a record without one tells an activity a round."""
    if dialogue.goal:
        yield from dialogue.goal
        return
    asked = [place for place, turn in enumerate(dialogue.turns) if turn.speaker == "user"]
    for place, action in enumerate(dialogue.trajectory):
        given = asked[place] if place < len(asked) else None
        answered = given is not None and given + 1 < len(dialogue.turns)
        yield Subtask(
            id=action.index,
            text=_question(dialogue.user, place) or action.action,
            source=str(action.index),
            state="done" if answered else "given" if given is not None else "open",
            given=given,
            done=given + 1 if given is not None and answered else None,
        )


def _question(user: UserProfile, place: int) -> str:
    return user.problems[place] if place < len(user.problems) else ""


def _as_of(subtask: Subtask, kept: int) -> Subtask:
    """How far a subtask had got after so many turns."""
    given = subtask.given if subtask.given is not None and subtask.given < kept else None
    done = subtask.done if subtask.done is not None and subtask.done < kept else None
    if (given, done) == (subtask.given, subtask.done):
        return subtask
    state = "given" if given is not None else "open"
    return subtask.model_copy(
        update={"state": "done" if done is not None else state, "given": given, "done": done}
    )


def _extended(
    goal: Sequence[Subtask], turns: Sequence[Turn], goals: Sequence[str]
) -> tuple[Subtask, ...]:
    """The subtasks, a question that still waits for its answer, and the new goals."""
    subtasks, last = list(goal), len(turns) - 1

    def add(text: str, given: int | None = None) -> None:
        number = max((subtask.id for subtask in subtasks), default=0) + 1
        state: SubtaskState = "open" if given is None else "given"
        subtasks.append(Subtask(id=number, text=text, kind="goal", state=state, given=given))

    waiting = any(subtask.state == "given" for subtask in subtasks)
    if turns[last].speaker == "user" and not waiting:
        add(turns[last].text, given=last)
    for text in goals:
        add(" ".join(text.split()))
    return tuple(subtasks)


def _user(dialogue: Dialogue, goal: Sequence[Subtask]) -> UserProfile:
    """Somebody of whom only is known what they want."""
    wanted = tuple(subtask.text for subtask in goal)
    return dialogue.user.model_copy(update={"intent": wanted[0], "problems": wanted})
