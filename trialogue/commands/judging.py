"""A bar for dialogues being judged or otherwise worked on, where a person sees it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trialogue.commands.terminal import watched

if TYPE_CHECKING:
    from trialogue.judging import Judged


@contextmanager
def judging_progress(what: str = "judging") -> "Iterator[Judged | None]":
    """What hears how many dialogues are done; None where nobody looks."""
    if not watched():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    bars = Progress(console=Console(stderr=True), transient=True, redirect_stdout=False)
    task = bars.add_task(what, total=None)

    def show(done: int, total: int) -> None:
        bars.start()
        bars.update(task, completed=done, total=total)

    try:
        yield show
    finally:
        bars.stop()
