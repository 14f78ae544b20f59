"""`--watch`: conversations as they are written, one after the other."""

import re
from collections import defaultdict
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from trialogue.commands.conversations import said, wrapped
from trialogue.commands.progress import COLOURS, Shown
from trialogue.records import Dialogue, Turn

_PLACE = re.compile(r"-(\d+)-attempt\d+$")


class Conversations(Shown):
    """Shows one conversation at a time, the first that is not finished, as its turns come.

    What is said meanwhile in others is kept until their turn comes.
    """

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._here = 0
        self._begun = False
        self._kept: dict[int, list[Turn]] = defaultdict(list)

    def began(self, folder: Path, wanted: int, done: int) -> None:
        super().began(folder, wanted, done)
        self._here = done

    def turned(self, number: int, turn: Turn) -> Awaitable[None] | None:
        if number == self._here:
            self._show(turn)
        else:
            self._kept[number].append(turn)
        return None

    def finished(self, dialogue: Dialogue) -> None:
        super().finished(dialogue)
        if not self._begun:
            for turn in dialogue.turns:
                self._show(turn)
        self._lines(wrapped(f"ended: {dialogue.stop_reason.replace('_', ' ')}", "   "), "dim")
        self._here, self._begun = self._here + 1, False
        for turn in self._kept.pop(self._here, ()):
            self._show(turn)

    def failed(self, dialogue: Dialogue) -> None:
        super().failed(dialogue)
        place = _PLACE.search(dialogue.id)
        if place is None or int(place[1]) == self._here:
            self._begun = False
        else:
            self._kept.pop(int(place[1]), None)

    def _show(self, turn: Turn) -> None:
        if not self._begun:
            self._begun = True
            self._lines([f"── dialogue {self._here + 1} ──"], "bold")
        self._lines(said(turn, {}), COLOURS[turn.speaker])

    def _lines(self, lines: "Iterator[str] | list[str]", style: str) -> None:
        for line in lines:
            self._console.print(Text(line, style=style), soft_wrap=True)


@contextmanager
def shown_conversations() -> Iterator[Conversations]:
    """A watcher that shows conversations on standard error while the block runs, also where that
    is not a terminal; there without the line that says how the run goes."""
    console = Console(stderr=True)
    shown = Conversations(console)
    live = Live(shown, console=console, transient=True, refresh_per_second=8, redirect_stdout=False)
    with live if console.is_terminal else nullcontext():
        yield shown
