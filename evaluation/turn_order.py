"""Whether the turns of a dialogue follow each other as those of a conversation do."""

from collections.abc import Sequence
from itertools import pairwise

from trialogue.records import Turn


def out_of_order(turns: Sequence[Turn]) -> str | None:
    """Where somebody speaks twice in a row, in plain words; None where nobody does.

    Either side may open. Several users or several assistants may follow each other by name.
    """
    for place, (before, turn) in enumerate(pairwise(turns), start=1):
        if (before.speaker, before.name) == (turn.speaker, turn.name):
            who = f"{turn.speaker} {turn.name!r}" if turn.name else turn.speaker
            return f"two {who} turns in a row: turns {place} and {place + 1}"
    return None
