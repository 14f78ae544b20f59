"""Shows a person how a run goes: what is under way, the turns as they come, the figures."""

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from trialogue.commands.terminal import plain
from trialogue.watcher import Watcher

if TYPE_CHECKING:
    from trialogue.records import Dialogue, Turn

COLOURS = {"user": "cyan", "assistant": "green"}
_STAGES = {
    "embedder": "loading the embedder",
    "knowledge": "reading the rules",
    "scenario": "drafting the scenario",
}


class Shown(Watcher):
    """The state of a run as one line; renders itself, so that it stays current between events."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._spinner = Spinner("dots")
        self._stage, self._wanted, self._done, self._failed = "", 0, 0, 0
        self._used: Callable[[], tuple[int, int]] = lambda: (0, 0)
        self._start = time.monotonic()
        self._calls_before = self._tokens_before = 0

    def began(self, folder: Path, wanted: int, done: int) -> None:
        self._wanted, self._done, self._stage = wanted, done, "talking"
        if 0 < done < wanted:
            self._say(f"going on in {folder}: {done} of {wanted} dialogues are there", "dim")

    def metered(self, used: Callable[[], tuple[int, int]]) -> None:
        self._used = used
        self._calls_before, self._tokens_before = used()
        self._start = time.monotonic()

    def stage(self, what: str) -> None:
        self._stage = _STAGES.get(what, what)

    def turned(self, number: int, turn: "Turn") -> Awaitable[None] | None:
        self._say(f"{number + 1} {turn.speaker}: {turn.text}", COLOURS[turn.speaker])
        return None

    def finished(self, dialogue: "Dialogue") -> None:
        self._done += 1

    def failed(self, dialogue: "Dialogue") -> None:
        self._failed += 1
        self._say(f"{dialogue.id} failed and starts anew: {dialogue.error}", "yellow")

    def _say(self, line: str, style: str) -> None:
        # A Text is shown as it is: brackets in it are no markup.
        self._console.print(Text(plain(line), style=style), soft_wrap=True)

    def __rich__(self) -> Spinner:
        calls, tokens = self._used()
        seconds = max(time.monotonic() - self._start, 0.1)
        # A local model may take a while to load before it answers for the first time.
        waiting = self._stage == "talking" and calls == self._calls_before
        parts = ["waiting for the first answer" if waiting else self._stage]
        if self._wanted:
            parts.append(f"{self._done}/{self._wanted} dialogues")
        if self._failed:
            parts.append(f"{self._failed} failed attempts")
        if calls:
            speed = (tokens - self._tokens_before) / seconds
            parts.append(f"{calls:,} calls, {tokens:,} tokens, {speed:,.0f} tokens/s")
        self._spinner.update(text=Text(" · ".join(parts)))
        return self._spinner


@contextmanager
def shown_progress() -> Iterator[Watcher]:
    """A watcher that draws on standard error while the block runs."""
    console = Console(stderr=True)
    shown = Shown(console)
    with Live(shown, console=console, transient=True, refresh_per_second=8, redirect_stdout=False):
        yield shown
