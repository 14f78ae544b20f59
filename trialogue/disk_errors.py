"""Errors of a full or failing disk, from whichever library, in one line."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trialogue.errors import TrialogueError, UsageError

_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
_WORDS = re.compile(r"disk is full|disk I/O|No space left|File too large|Read-only file", re.I)


@contextmanager
def plain_disk_errors(folder: Path) -> Iterator[None]:
    """Turns what a full or failing disk under `folder` causes into a UsageError."""
    try:
        yield
    except TrialogueError:
        raise
    except Exception as error:
        advice = _advice(error)
        if advice is None:
            raise
        raise UsageError(f"{folder}: {advice}") from error


def _advice(error: Exception) -> str | None:
    if getattr(error, "errno", None) in _NUMBERS or _WORDS.search(str(error)):
        return "the disk is full or fails; make room and run the same command again"
    if type(error).__module__.startswith("chromadb"):
        return (
            "ChromaDB cannot use its files in memory; make room if the disk is full, else remove "
            "that folder, and run the same command again"
        )
    return None
