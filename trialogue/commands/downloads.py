"""A bar for a download, where a person sees it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trialogue.commands.terminal import watched

if TYPE_CHECKING:
    from trialogue.weights import Progress


@contextmanager
def download_progress(name: str) -> "Iterator[Progress | None]":
    """What `weights.fetch` reports to; None where nobody looks. The bar appears with the first
    report."""
    if not watched():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    text = TextColumn("{task.description}", markup=False)
    columns = (text, BarColumn(), DownloadColumn(), TimeElapsedColumn())
    bars = Bars(*columns, console=Console(stderr=True), transient=True)
    task = bars.add_task(name, total=None)

    def show(done: int, total: int, what: str) -> None:
        bars.start()
        bars.update(task, completed=done, total=total, description=f"{name}: {what}")

    try:
        yield show
    finally:
        bars.stop()


def fetch_chat_models(names: Iterable[str]) -> None:
    """Fetch the local ones of these models that are missing, with a bar."""
    from trialogue import weights
    from trialogue.model_files import wanted

    for name in dict.fromkeys(names):
        entry = wanted(name, "chat")
        if entry is not None and weights.installed(entry) is None:
            with download_progress(entry.name) as progress:
                weights.fetch(entry, progress=progress)
