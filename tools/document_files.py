"""Reads the user's own documents from files and folders: Markdown, text, HTML, PDF."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from trialogue.errors import UsageError
from trialogue.records import Record
from trialogue.tools.extraction import decode, pdf_text, whole_text

Form = Literal["markdown", "text"]

MARKDOWN = (".md", ".markdown")
TEXT = (".txt", ".text")
HTML = (".html", ".htm", ".xhtml")
PDF = (".pdf",)
KINDS = "Markdown, text, HTML or PDF"
CHARACTERS = 5_000_000


class Document(Record):
    """One document: `source` is its path inside the folder that was given, with slashes."""

    source: str
    title: str
    text: str
    form: Form = "markdown"


class LoadedDocuments(NamedTuple):
    """What was read, in order of paths, and one line `file: why` for each file that was not."""

    documents: list[Document]
    problems: list[str]


class _Found(NamedTuple):
    source: str
    path: Path
    root: Path


def load_documents(paths: Sequence[Path | str], *, file_limit: int = 20_000_000) -> LoadedDocuments:
    """Reads files and, recursively, folders (hidden entries apart), each file up to its size limit.

    Links that lead out of the folder are not followed. Raises UsageError if a path does not
    exist or cannot be read, or if there is not one file of a known kind.
    """
    documents: list[Document] = []
    problems: list[str] = []
    found = [file for path in paths for file in _files(Path(path))]
    if not any(_known(file.path) for file in found):
        raise UsageError(f"no {KINDS} files in {', '.join(map(str, paths))}; add some")
    for file in found:
        try:
            documents.append(_read(file, file_limit))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            problems.append(f"{file.source}: {reason}")
    return LoadedDocuments(documents, problems)


def fingerprints(paths: Sequence[Path | str]) -> dict[str, str]:
    """A hash of the content of each file that `load_documents` would read, by its source.

    Files of the same source share one. Raises UsageError as `load_documents`.
    """
    kept: dict[str, str] = {}
    for file in (file for path in paths for file in _files(Path(path))):
        if not _known(file.path) or not file.path.is_file():
            continue
        try:
            content = file.path.read_bytes()
        except OSError:
            continue
        before = kept.get(file.source, "")
        kept[file.source] = hashlib.sha256(before.encode() + content).hexdigest()[:12]
    return kept


def _files(path: Path) -> Iterable[_Found]:
    if path.is_file():
        return [_Found(path.name, path, path.resolve().parent)]
    if not path.is_dir():
        raise UsageError(f"{path}: there is no such file or folder; check the path")
    if not os.access(path, os.R_OK | os.X_OK):
        raise UsageError(f"{path}: the folder cannot be read; check its permissions")
    return sorted(_walk(path), key=lambda file: file.source)


def _walk(root: Path) -> Iterator[_Found]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if not name.startswith("."):
                yield _Found(path.relative_to(root).as_posix(), path, root.resolve())


def _known(path: Path) -> bool:
    return path.suffix.lower() in (*MARKDOWN, *TEXT, *HTML, *PDF)


def _read(file: _Found, limit: int) -> Document:
    """Raises OSError or ValueError, whose text says why the file is not read."""
    path = file.path.resolve()
    if file.path.is_symlink() and not path.is_relative_to(file.root):
        raise ValueError("a link that leaves the folder; not followed")
    if not _known(file.path):
        raise ValueError(f"not a {KINDS} file")
    if not path.is_file():
        raise ValueError("not a regular file")
    if path.stat().st_size > limit:
        raise ValueError(f"larger than the limit of {limit:,} bytes")
    title, text, form = _extract(file.path.suffix.lower(), path.read_bytes())
    if not text.strip():
        raise ValueError("has no readable text")
    return Document(source=file.source, title=title or file.path.stem, text=text, form=form)


def _extract(suffix: str, body: bytes) -> tuple[str, str, Form]:
    if suffix in PDF:
        return *pdf_text(body, CHARACTERS), "text"
    text = decode(body).replace("\r\n", "\n").replace("\r", "\n")
    if suffix in HTML:
        return *whole_text(text), "markdown"
    return "", text, "text" if suffix in TEXT else "markdown"
