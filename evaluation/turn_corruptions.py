"""Single turns spoilt on purpose, against which metrics of turns are screened (METHOD §4).

A moment is a dialogue that ends with the turn in question; what comes back ends with a spoilt one.
"""

from collections.abc import Callable, Sequence

import numpy as np

from trialogue.records import Dialogue

Spoil = Callable[[Dialogue, np.random.Generator, Sequence[Dialogue]], str]


def with_last(dialogue: Dialogue, text: str) -> Dialogue:
    """The dialogue with another text as its last turn."""
    last = dialogue.turns[-1].model_copy(update={"text": text})
    return dialogue.model_copy(update={"turns": (*dialogue.turns[:-1], last)})


def _foreign(moment: Dialogue, rng: np.random.Generator, others: Sequence[Dialogue]) -> str:
    """What the same side says somewhere else."""
    last = moment.turns[-1]
    said = [
        turn.text
        for other in others
        for turn in other.turns
        if turn.speaker == last.speaker and turn not in moment.turns
    ]
    return said[int(rng.integers(len(said)))] if said else last.text


def _echoed(moment: Dialogue, rng: np.random.Generator, others: Sequence[Dialogue]) -> str:
    """The turn before it said again, or the first half of the turn twice."""
    if len(moment.turns) > 1:
        return moment.turns[-2].text
    text = moment.turns[-1].text
    return f"{text[: len(text) // 2]} {text[: len(text) // 2]}"


def _cut(moment: Dialogue, rng: np.random.Generator, others: Sequence[Dialogue]) -> str:
    """Its first third."""
    text = moment.turns[-1].text
    return text[: max(1, len(text) // 3)]


def _shuffled(moment: Dialogue, rng: np.random.Generator, others: Sequence[Dialogue]) -> str:
    """Its words, or characters where there are no spaces, in another order."""
    text = moment.turns[-1].text
    gap = " " if " " in text else ""
    parts = text.split() if gap else list(text)
    return gap.join(parts[i] for i in rng.permutation(len(parts)))


TURN_CORRUPTIONS: dict[str, Spoil] = {
    "foreign": _foreign,
    "echoed": _echoed,
    "cut": _cut,
    "shuffled": _shuffled,
}


def corrupted_turns(
    moments: Sequence[Dialogue], dialogues: Sequence[Dialogue], seed: int = 0
) -> dict[str, list[Dialogue]]:
    """Every moment spoilt in every way, in the same order; `dialogues` lend foreign turns."""
    return {
        name: [
            with_last(moment, spoil(moment, np.random.default_rng([seed, kind, place]), dialogues))
            for place, moment in enumerate(moments)
        ]
        for kind, (name, spoil) in enumerate(TURN_CORRUPTIONS.items())
    }
