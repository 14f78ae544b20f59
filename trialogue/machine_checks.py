"""Checks of this machine: Python, packages, the cache, the model files, the key."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from trialogue import model_files
from trialogue.agents.models import KEY_VARIABLE
from trialogue.errors import UsageError
from trialogue.findings import Finding, State
from trialogue.services import VERSIONED
from trialogue.weights import Entry, cache_folder, chat_file, default, installed

_OLDEST_PYTHON = (3, 11)


def check_machine(
    model: str, embedder: str, embedder_base_url: str | None = None
) -> Iterator[Finding]:
    """What a run with these needs from the machine; nothing is fetched."""
    yield _python()
    yield _packages()
    yield _cache([default("chat"), default("embedder")])
    yield _current_folder()
    yield _key(model, None if embedder_base_url else embedder)
    yield model_file("embedder", embedder)


def _python() -> Finding:
    found = platform.python_version()
    if sys.version_info >= _OLDEST_PYTHON:
        return Finding(what="python", state="ok", said=found)
    return Finding(what="python", state="fail", said=found, mend="install Python 3.11 or newer")


def _packages() -> Finding:
    missing, found = [], []
    for name in VERSIONED:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        mend = "install trialogue again: pip install --force-reinstall trialogue"
        return Finding(
            what="packages", state="fail", said=f"missing: {', '.join(missing)}", mend=mend
        )
    return Finding(what="packages", state="ok", said=", ".join(found))


def _cache(wanted: list[Entry]) -> Finding:
    folder = cache_folder()
    mend = "set TRIALOGUE_CACHE to another folder"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        said = f"{folder} cannot be written to: {error.strerror or error}"
        return Finding(what="cache", state="note", said=said, mend=mend)
    said = f"{folder}, {free / 1e9:.1f} GB free"
    needed = sum(2 * entry.size for entry in wanted if installed(entry) is None)
    if free < needed:
        said += f", {needed / 1e9:.1f} GB needed to fetch the models"
        return Finding(what="cache", state="note", said=said, mend=f"make room, or {mend}")
    return Finding(what="cache", state="ok", said=said)


def model_file(kind: str, name: str) -> Finding:
    """Whether the file of a local model is here; `kind` is "chat" or "embedder"."""
    what = f"{kind} model file"
    try:
        entry = model_files.wanted(name, kind)
        if entry is None:
            return Finding(what=what, state="ok", said=_elsewhere(name))
    except UsageError as error:
        return Finding(what=what, state="fail", said=str(error), mend="see `trialogue models`")
    if installed(entry) is not None:
        return Finding(what=what, state="ok", said=f"{entry.name} is installed")
    return Finding(
        what=what,
        state="fail",
        said=f"{entry.name} is not installed ({entry.size / 1e6:,.0f} MB)",
        mend=f"trialogue models pull {entry.name}",
    )


def _elsewhere(name: str) -> str:
    provider, _, file = name.partition(":")
    if provider == "local":
        return str(chat_file(file)[0])
    return f"not needed: {name}"


def _key(model: str, embedder: str | None) -> Finding:
    """Whether the key is there; never what it is."""
    if os.environ.get(KEY_VARIABLE, "").strip():
        return Finding(what="key", state="ok", said=f"{KEY_VARIABLE} is set")
    if embedder and embedder.startswith("openai:"):
        said = f"{KEY_VARIABLE} is not set, and the embedder {embedder} needs it"
        return Finding(what="key", state="fail", said=said, mend=f"set {KEY_VARIABLE}")
    state: State = "ok" if model.startswith("local") else "note"
    return Finding(
        what="key",
        state=state,
        said=f"{KEY_VARIABLE} is not set",
        mend="" if state == "ok" else f"set {KEY_VARIABLE} if the endpoint wants a key",
    )


def _current_folder() -> Finding:
    """Whether runs can be kept below the current folder."""
    here = Path.cwd()
    if os.access(here, os.W_OK | os.X_OK):
        return Finding(what="current folder", state="ok", said=f"{here} can be written to")
    return Finding(
        what="current folder",
        state="note",
        said=f"{here} cannot be written to",
        mend="give --out, or run it from another folder",
    )
