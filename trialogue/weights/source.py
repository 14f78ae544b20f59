"""What all sources of model files share."""

from collections.abc import Callable

from trialogue.errors import TrialogueError

Progress = Callable[[int, int, str], None]
"""Called with bytes done, bytes in total, and what is being done."""


class SourceFailed(TrialogueError):
    """A source gave no file; the text says why, and the next source is tried."""


def silent(done: int, total: int, what: str) -> None:
    """The progress of those who want none."""


def first_line(text: object, limit: int = 160) -> str:
    """The first line of a foreign message, cut to `limit` characters."""
    lines = str(text).strip().splitlines()
    return lines[0][:limit] if lines else ""
