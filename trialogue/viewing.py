"""A run in the browser, and as one page: the twins of `trialogue view`."""

import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from trialogue.records import Dialogue
from trialogue.viewer.index import Wanted
from trialogue.viewer.opened import OpenedRun

if TYPE_CHECKING:
    from trialogue.viewer.export import Exported
    from trialogue.viewer.server import Serving


@contextmanager
def served_run(
    run: "str | PathLike[str]", *, port: int = 0, reviewer: str = ""
) -> "Iterator[Serving]":
    """Serve a run folder at `address` while the `with` lasts, on this machine only.

    `port` 0 takes a free one; `reviewer` decides on tasks unless the browser says who. A run that
    is going on is followed. Raises UsageError where there is no run that this version can read,
    or the port is taken.
    """
    from trialogue.viewer.server import serving

    opened = OpenedRun(Path(run))
    try:
        with serving(opened, port=port, reviewer=reviewer or "reviewer") as served:
            yield served
    finally:
        opened.close()


def view(
    run: "str | PathLike[str]",
    *,
    port: int = 0,
    reviewer: str = "",
    browser: bool = True,
    ready: "Callable[[Serving], None] | None" = None,
) -> None:
    """Show a run in the browser until Ctrl-C; arguments and errors as of `served_run`.

    `ready` is called once, with what is served, before `browser` opens the address.
    """
    with served_run(run, port=port, reviewer=reviewer) as served:
        if ready is not None:
            ready(served)
        if browser:
            webbrowser.open(served.address)
        served.wait()


def export_page(
    run: "str | PathLike[str]",
    file: "str | PathLike[str]",
    *,
    search: str = "",
    most: int | None = None,
) -> "Exported":
    """Write a run as one self-contained page, to send to somebody.

    It holds the dialogues in which all words of `search` occur, at most `most` of them. Raises
    UsageError where there is no run that this version can read, or the file cannot be written.
    """
    from trialogue.viewer.export import export

    opened = OpenedRun(Path(run))
    try:
        opened.grow_fully()
        return export(opened, Path(file), Wanted(search=search), most)
    finally:
        opened.close()


def found_dialogues(
    run: "str | PathLike[str]",
    *,
    search: str = "",
    most: int | None = None,
    remarked: Callable[[str], None] = lambda remark: None,
) -> Iterator[tuple[Dialogue, dict[str, str]]]:
    """Dialogues of a run one after the other, each with what its sides are called.

    `search` and `most` as of `export_page`; `remarked` hears what is damaged. Raises UsageError
    where there is no run that this version can read.
    """
    opened = OpenedRun(Path(run))
    try:
        opened.grow_fully()
        for remark in opened.remarks():
            remarked(remark)
        for item in opened.index.every(Wanted(search=search), most):
            dialogue = opened.dialogue(item.part, item.number)
            if dialogue is not None:
                yield dialogue, opened.speakers(dialogue)
    finally:
        opened.close()
