"""Model files from the publisher's repository on a model hub."""

import errno
import io
import queue
import threading
from pathlib import Path
from typing import Any

from trialogue.weights.catalogue import Entry, HubFile
from trialogue.weights.source import Progress, SourceFailed, first_line

_ANSWER_SECONDS = 4.0
_PROBE_SECONDS = 8.0


def download_from_hub(place: HubFile, entry: Entry, folder: Path, progress: Progress) -> Path:
    """Downloads (or resumes) the file into `folder` and returns its path, hash unchecked.

    Raises SourceFailed: within 8 seconds if the hub does not answer, at once if it has
    another file under that name. No hub token is ever sent.
    """
    from huggingface_hub import hf_hub_download

    progress(0, entry.size, f"asking {place.repo}")
    _probe(place, entry.sha256)
    try:
        file = hf_hub_download(
            place.repo,
            place.file,
            revision=place.revision,
            endpoint=place.endpoint,
            local_dir=folder,
            token=False,
            etag_timeout=_ANSWER_SECONDS,
            tqdm_class=_bar(progress, entry),
        )
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise
        raise _failure(error) from error
    return Path(file)


def _probe(place: HubFile, sha256: str) -> None:
    # hf_hub_download alone retries a dead hub for 23 s, and a resolver may block for longer
    # than any timeout says: hence one request, in a thread that is left behind.
    answers: queue.SimpleQueue[str | Exception] = queue.SimpleQueue()
    threading.Thread(target=_ask, args=(place, answers), daemon=True).start()
    try:
        answer = answers.get(timeout=_PROBE_SECONDS)
    except queue.Empty:
        raise SourceFailed(f"no answer within {_PROBE_SECONDS:.0f} s") from None
    if isinstance(answer, Exception):
        raise _failure(answer) from answer
    if len(answer) == len(sha256) and answer != sha256:
        raise SourceFailed(f"it has another file under that name (sha256 {answer[:12]}…)")


def _ask(place: HubFile, answers: "queue.SimpleQueue[str | Exception]") -> None:
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    url = hf_hub_url(place.repo, place.file, revision=place.revision, endpoint=place.endpoint)
    try:
        answers.put(get_hf_file_metadata(url, token=False, timeout=_ANSWER_SECONDS).etag or "")
    except Exception as error:
        answers.put(error)


def _failure(error: Exception) -> SourceFailed:
    return SourceFailed(first_line(f"{type(error).__name__}: {error}"))


def _bar(progress: Progress, entry: Entry) -> type[Any]:
    from huggingface_hub.utils.tqdm import tqdm

    class Bar(tqdm):  # the hub's library reports through a subclass of tqdm only
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.done = int(kwargs.get("initial") or 0)
            kwargs |= {"file": io.StringIO(), "disable": True}
            super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> bool | None:
            self.done += int(n or 0)
            progress(min(self.done, entry.size), entry.size, "downloading")
            return None

    return Bar
