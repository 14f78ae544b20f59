"""A dialogue cut in two, so that a property can be measured early and late (paper C, study 4)."""

from trialogue.records import Dialogue, Subtask

_FEWEST = 4


def halves(dialogue: Dialogue) -> tuple[Dialogue, Dialogue] | None:
    """The first and the last half, each beginning with the user where the whole does; of an odd
    number of rounds the last half has one more. None for fewer than two rounds.
    """
    turns = len(dialogue.turns)
    if turns < _FEWEST:
        return None
    middle = turns // 4 * 2
    return _part(dialogue, 0, middle), _part(dialogue, middle, turns)


def _part(dialogue: Dialogue, start: int, end: int) -> Dialogue:
    """The turns from `start` to before `end`, and the goal as far as it was raised in them."""
    goal = tuple(_moved(s, start, end) for s in dialogue.goal if _raised(s, start, end))
    return dialogue.model_copy(update={"turns": dialogue.turns[start:end], "goal": goal})


def _raised(subtask: Subtask, start: int, end: int) -> bool:
    return subtask.given is not None and start <= subtask.given < end


def _moved(subtask: Subtask, start: int, end: int) -> Subtask:
    done = subtask.done if subtask.done is not None and subtask.done < end else None
    given = None if subtask.given is None else subtask.given - start
    return subtask.model_copy(
        update={"given": given, "done": None if done is None else done - start}
    )
