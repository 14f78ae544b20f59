"""Files to which whole lines are appended, also by several processes at once."""

import os
from pathlib import Path

from filelock import FileLock

from trialogue.errors import UsageError


def append_line(file: Path, line: str) -> None:
    """Append one line and flush it to the disk before this returns.

    What a killed writer left of a line is cut off first. Raises UsageError if the disk is full.
    """
    lock = FileLock(file.with_name(f".{file.name}.lock"))
    try:
        with lock, file.open("ab+") as out:
            _cut_torn_line(file, out.seek(0, os.SEEK_END))
            out.write(line.encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}") from error


def whole_lines(file: Path) -> list[bytes]:
    """The lines of a file without what follows the last newline; none if there is no file."""
    try:
        return file.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from error


def _cut_torn_line(file: Path, size: int) -> None:
    with file.open("rb+") as lines:
        at, tail = size, b""
        while at and b"\n" not in tail:
            at -= min(at, 65_536)
            lines.seek(at)
            tail = lines.read(size - at)
        whole = at + tail.rfind(b"\n") + 1
        if whole < size:
            lines.truncate(whole)
