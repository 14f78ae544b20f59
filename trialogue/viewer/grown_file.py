"""A file to which another process may be appending lines: what came since the last look."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MOST = 8 * 2**20  # bytes of one look


@dataclass(frozen=True, slots=True)
class Line:
    """A whole line: its number from 1, its place in bytes, and what it holds."""

    number: int
    offset: int
    content: bytes


class GrownFile:
    """Reads whole lines, a few megabytes at a look; a file that is not there is an empty one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.torn = False
        self._offset = self._number = 0
        self._identity: tuple[int, int] | None = None

    def replaced(self) -> bool:
        """Whether another file is in its place, or it was cut; reading begins anew then."""
        found = _stat(self.path)
        identity = (found.st_dev, found.st_ino) if found else None
        size = found.st_size if found else 0
        anew = self._offset > 0 and (identity != self._identity or size < self._offset)
        if anew or not self._offset:
            self._identity, self._offset, self._number = identity, 0, 0
        return anew

    def lines(self) -> Iterator[Line]:
        """The next whole lines; none where nothing more has come. `torn` says whether the rest is
        the beginning of a line. Raises OSError."""
        found = _stat(self.path)
        if found is None or found.st_size <= self._offset:
            self.torn = False
            return
        with self.path.open("rb") as file:
            file.seek(self._offset)
            read = 0
            for content in file:
                if not content.endswith(b"\n"):
                    self.torn = True
                    return
                self.torn = False
                self._number += 1
                line = Line(self._number, self._offset, content)
                self._offset += len(content)
                yield line
                read += len(content)
                if read > _MOST:
                    return


def read_at(path: Path, offset: int, length: int) -> bytes:
    """Bytes of a file. Raises OSError."""
    with path.open("rb") as file:
        file.seek(offset, os.SEEK_SET)
        return file.read(length)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
