"""Dialogues spoilt on purpose, against which metrics are screened (METHOD §4).

Each takes a dialogue, a generator, and other dialogues to take replies from; the record is the
same but for its turns, and the goal's places in them. A dialogue too short to be spoilt in a way
comes back as it is.
"""

from collections.abc import Callable, Sequence

import numpy as np

from trialogue.records import Dialogue, Subtask, Turn

Corruption = Callable[[Dialogue, np.random.Generator, Sequence[Dialogue]], Dialogue]
_OTHER = {"user": "assistant", "assistant": "user"}


def shuffled(
    dialogue: Dialogue, rng: np.random.Generator, others: Sequence[Dialogue] = ()
) -> Dialogue:
    """The turns in another order; each keeps its speaker."""
    order = list(range(len(dialogue.turns)))
    if any(turn != dialogue.turns[0] for turn in dialogue.turns):
        while _same(dialogue, order):
            order = rng.permutation(len(order)).tolist()
    return _ordered(dialogue, order)


def repeated(
    dialogue: Dialogue, rng: np.random.Generator, others: Sequence[Dialogue] = ()
) -> Dialogue:
    """A stretch of at least two turns (a third of them) said again right after it was said."""
    count = len(dialogue.turns)
    length = min(count, max(2, count // 3))
    start = int(rng.integers(count - length + 1))
    end = start + length
    return _ordered(dialogue, [*range(end), *range(start, count)])


def cut(dialogue: Dialogue, rng: np.random.Generator, others: Sequence[Dialogue] = ()) -> Dialogue:
    """Only the beginning: at least one turn, at most half of them."""
    count = len(dialogue.turns)
    kept = count if count < 2 else int(rng.integers(1, count // 2 + 1))
    return _ordered(dialogue, list(range(kept)))


def swapped(
    dialogue: Dialogue, rng: np.random.Generator, others: Sequence[Dialogue] = ()
) -> Dialogue:
    """Users say what assistants said, and the other way round; names are dropped."""
    turns = [
        turn.model_copy(update={"speaker": _OTHER[turn.speaker], "name": ""})
        for turn in dialogue.turns
    ]
    return dialogue.model_copy(update={"turns": tuple(turns)})


def foreign(dialogue: Dialogue, rng: np.random.Generator, others: Sequence[Dialogue]) -> Dialogue:
    """The assistant's turns taken from other dialogues; without any others, as it is."""
    pools = [replies for other in others if other != dialogue and (replies := _replies(other))]
    if not pools:
        return dialogue
    turns = [
        turn if turn.speaker == "user" else _reply(rng, pools, turn) for turn in dialogue.turns
    ]
    return dialogue.model_copy(update={"turns": tuple(turns)})


CORRUPTIONS: dict[str, Corruption] = {
    "shuffled": shuffled,
    "repeated": repeated,
    "cut": cut,
    "swapped": swapped,
    "foreign": foreign,
}


def corrupted(dialogues: Sequence[Dialogue], seed: int = 0) -> dict[str, list[Dialogue]]:
    """Every dialogue spoilt in every way, in the same order, by the name of the corruption."""
    return {
        name: [
            spoil(dialogue, np.random.default_rng([seed, kind, place]), dialogues)
            for place, dialogue in enumerate(dialogues)
        ]
        for kind, (name, spoil) in enumerate(CORRUPTIONS.items())
    }


def _same(dialogue: Dialogue, order: Sequence[int]) -> bool:
    return all(dialogue.turns[a] == turn for a, turn in zip(order, dialogue.turns, strict=True))


def _ordered(dialogue: Dialogue, order: Sequence[int]) -> Dialogue:
    """The turns at the given places; the goal points to where each stands first, if it does."""
    place = {old: new for new, old in reversed(list(enumerate(order)))}
    return dialogue.model_copy(
        update={
            "turns": tuple(dialogue.turns[old] for old in order),
            "goal": tuple(_moved(subtask, place) for subtask in dialogue.goal),
        }
    )


def _moved(subtask: Subtask, place: dict[int, int]) -> Subtask:
    given = None if subtask.given is None else place.get(subtask.given)
    done = None if subtask.done is None else place.get(subtask.done)
    lost = subtask.done is not None and done is None
    state = ("open" if given is None else "given") if lost else subtask.state
    return subtask.model_copy(update={"given": given, "done": done, "state": state})


def _replies(dialogue: Dialogue) -> list[Turn]:
    return [turn for turn in dialogue.turns if turn.speaker == "assistant"]


def _reply(rng: np.random.Generator, pools: Sequence[Sequence[Turn]], turn: Turn) -> Turn:
    pool = pools[int(rng.integers(len(pools)))]
    return pool[int(rng.integers(len(pool)))].model_copy(update={"name": turn.name})
