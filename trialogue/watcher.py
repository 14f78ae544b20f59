"""The seam through which a run tells how it goes."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from trialogue.records import Dialogue, Turn


class Watcher:
    """What wants to know how a run goes; every method may be left as it is."""

    def began(self, folder: Path, wanted: int, done: int) -> None:
        """The folder is open and `done` dialogues are there already."""

    def metered(self, used: Callable[[], tuple[int, int]]) -> None:
        """`used` tells at any time how many calls and tokens the run has used."""

    def stage(self, what: str) -> None:
        """What is being prepared, in a few words."""

    def turned(self, number: int, turn: Turn) -> Awaitable[None] | None:
        """A turn of dialogue `number` is finished.

        The attempt may fail later: then `failed` follows and the dialogue starts anew, so that
        turns come which are in no record. For what counts use `finished`.
        """

    def finished(self, dialogue: Dialogue) -> None:
        """A dialogue was accepted and written."""

    def failed(self, dialogue: Dialogue) -> None:
        """An attempt at a dialogue failed; another follows."""
