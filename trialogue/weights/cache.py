"""The folder of fetched model files, and which of them are known to be good."""

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from trialogue.records import Record
from trialogue.weights.catalogue import Entry


class _Seal(Record):
    """What a file looked like when its hash was last found right."""

    sha256: str
    size: int
    mtime_ns: int


def cache_folder() -> Path:
    """Where model files are kept: `models` in $TRIALOGUE_CACHE or in the user's cache folder."""
    import platformdirs

    chosen = os.environ.get("TRIALOGUE_CACHE")
    root = Path(chosen).expanduser() if chosen else platformdirs.user_cache_path("trialogue", False)
    return root / "models"


def work_folder(entry: Entry, folder: Path) -> Path:
    """Where the parts of a download lie until it is complete."""
    return folder / f".{entry.file}.parts"


def sha256_of(file: Path) -> str:
    """The sha256 of a file, as 64 hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def installed(entry: Entry, *, folder: Path | None = None) -> Path | None:
    """The verified file, or None. It is only read if it changed since it was last verified."""
    file = (folder or cache_folder()) / entry.file
    if not file.is_file() or file.stat().st_size != entry.size:
        return None
    if _read_seal(file) == _seal(entry, file) or verify(entry, folder=folder):
        return file
    return None


def verify(entry: Entry, *, folder: Path | None = None) -> bool:
    """Reads the whole file and tells whether it is the one in the catalogue."""
    file = (folder or cache_folder()) / entry.file
    if not file.is_file() or sha256_of(file) != entry.sha256:
        _seal_path(file).unlink(missing_ok=True)
        return False
    # A cache that others filled may be read-only: then every start reads the file again.
    with suppress(OSError):
        _seal_path(file).write_text(_seal(entry, file).to_line(), "utf-8")
    return True


def remove(entry: Entry, *, folder: Path | None = None) -> bool:
    """Deletes the file and what is left of unfinished downloads; tells whether there was any."""
    folder = folder or cache_folder()
    file, parts = folder / entry.file, work_folder(entry, folder)
    found = file.exists() or parts.exists()
    file.unlink(missing_ok=True)
    _seal_path(file).unlink(missing_ok=True)
    shutil.rmtree(parts, ignore_errors=True)
    return found


def _seal_path(file: Path) -> Path:
    return file.with_name(f"{file.name}.ok")


def _seal(entry: Entry, file: Path) -> _Seal:
    status = file.stat()
    return _Seal(sha256=entry.sha256, size=status.st_size, mtime_ns=status.st_mtime_ns)


def _read_seal(file: Path) -> _Seal | None:
    with suppress(OSError, ValidationError):
        return _Seal.model_validate_json(_seal_path(file).read_bytes())
    return None
