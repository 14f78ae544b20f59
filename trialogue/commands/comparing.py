"""What commands that compare several runs share."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any, TypeVar

from trialogue.commands.faults import INTERRUPTED, ended
from trialogue.commands.terminal import watched

if TYPE_CHECKING:
    from trialogue.compared_runs import Base
    from trialogue.settings import Settings
    from trialogue.watcher import Watcher

T = TypeVar("T")


def given_settings(judge_model: str | None, **given: Any) -> dict[str, Any]:
    """Settings as `load_settings` takes them; `judge_model` names topics."""
    if judge_model is None:
        return given
    server = None if judge_model.startswith("local") else given["base_url"]
    return {**given, "roles": {"judge": {"name": judge_model, "base_url": server}}}


def compared(plan: "Base", first: "Settings", go: "Callable[[Watcher | None], T]") -> T:
    """What `go` makes of a plan whose first run has the settings `first`, shown as it goes.

    The run is checked and the local model files are fetched before.
    """
    from trialogue.commands.synthesize import fetch_models
    from trialogue.services import check

    with redirect_stdout(sys.stderr):  # plugins may print; standard output is for the result
        folder = check(first)
        try:
            fetch_models(first, folder)
            with _progress() as watcher:
                return go(watcher)
        except KeyboardInterrupt:
            ended(f"stopped; the same command goes on with what is in {plan.folder}", INTERRUPTED)


@contextmanager
def _progress() -> "Iterator[Watcher | None]":
    if not watched():
        yield None
        return
    from trialogue.commands.progress import shown_progress

    with shown_progress() as watcher:
        yield watcher
