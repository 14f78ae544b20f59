"""Parts of a set for cross-validation; what belongs together stays in one part."""

from collections.abc import Sequence

import numpy as np

from trialogue.evaluation.corpus import Ints
from trialogue.records import Dialogue

BEGINNING = 3


def conversations(dialogues: Sequence[Dialogue]) -> Ints:
    """A number for the conversation that each dialogue is of, (D,).

    Dialogues are of one conversation if they begin with the same three turns, or if they differ
    in their last turn only: studies of single answers cut one conversation at several places, or
    let several systems answer the same context. An answer must not be tried on its own kin.
    """
    kin = _Kin(len(dialogues))
    seen: dict[tuple[str, ...], int] = {}
    for place, dialogue in enumerate(dialogues):
        texts = tuple(turn.text for turn in dialogue.turns)
        begins = ("begins", *texts[:BEGINNING])
        context = ("context", *(texts[:-1] if len(texts) > 2 else texts))
        for key in (begins, context):
            kin.join(place, seen.setdefault(key, place))
    return np.array([kin.eldest(place) for place in range(len(dialogues))], np.int64)


class _Kin:
    """Sets that grow together."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def eldest(self, place: int) -> int:
        """The first of a set."""
        while self._parent[place] != place:
            self._parent[place] = self._parent[self._parent[place]]
            place = self._parent[place]
        return place

    def join(self, one: int, other: int) -> None:
        """Make one set of two."""
        first, second = sorted((self.eldest(one), self.eldest(other)))
        self._parent[second] = first


def folds(groups: Ints, count: int, rng: np.random.Generator) -> Ints:
    """A fold from 0 to `count` - 1 for each member, (D,); all of a group get the same.

    Groups in random order, each to the fold with the fewest members so far.
    """
    different, sizes = np.unique(groups, return_counts=True)
    filled = np.zeros(count, np.int64)
    fold_of: dict[int, int] = {}
    for place in rng.permutation(len(different)):
        fold = int(np.argmin(filled))
        fold_of[int(different[place])] = fold
        filled[fold] += sizes[place]
    return np.array([fold_of[int(group)] for group in groups], np.int64)
