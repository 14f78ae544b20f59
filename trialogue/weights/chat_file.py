"""From what a user calls a local chat model to its file."""

import os
from pathlib import Path

from trialogue.errors import UsageError
from trialogue.weights.catalogue import default, find
from trialogue.weights.fetch import fetch
from trialogue.weights.source import Progress


def chat_file(model: str = "", *, progress: Progress | None = None) -> tuple[Path, str]:
    """The GGUF file and the short name of a chat model, fetched if needed.

    `model` is "" for the default, a name of the catalogue, or the path of a GGUF file. Raises
    UsageError if it is none of these, or the file is not a GGUF.
    """
    if model.endswith(".gguf") or os.sep in model:
        file = Path(model).expanduser().resolve()
        _check_gguf(file)
        return file, file.stem
    entry = find(model) if model else default("chat")
    if entry.kind != "chat":
        raise UsageError(f"{entry.name} is not a chat model; see `trialogue models`")
    return fetch(entry, progress=progress).resolve(), entry.name


def _check_gguf(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise UsageError(f"can't read the model file {file}: {error.strerror}") from error
    if magic != b"GGUF":
        raise UsageError(f"{file} is not a GGUF file; give one, or a name of `trialogue models`")
