"""Exports dialogues and tasks with splits and a data card: `trialogue export`."""

import json
import os
import re
import shutil
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from trialogue.data_card import CardFacts, data_card
from trialogue.errors import UsageError
from trialogue.export_material import bundled, read_material, title_of
from trialogue.export_splits import split_names
from trialogue.exporters import Bundle, DataFile, Exporter, find_exporter
from trialogue.records import Record

CARD, MANIFEST = "README.md", "export.json"
_LICENCE = re.compile(r"[a-z0-9][a-z0-9.+-]*")


class ExportedFile(Record):
    """A data file as written; `path` is relative to the export's folder."""

    part: str
    split: str
    path: str
    rows: int
    sha256: str


class Exported(Record):
    """What an export wrote. `left_out` counts tasks whose label does not stand."""

    folder: str
    format: str
    seed: int
    shares: tuple[float, ...]
    group: str
    files: tuple[ExportedFile, ...]
    left_out: int = 0


def export(
    source: str | os.PathLike[str],
    to: str | Exporter,
    *,
    out: str | os.PathLike[str] | None = None,
    shares: Sequence[float] = (0.8, 0.1, 0.1),
    seed: int = 0,
    group: str = "dialogue",
    licence: str = "unknown",
) -> Exported:
    """Write the dialogues and tasks of a run folder or file in a format, split and described.

    `to` is a format's name or an Exporter. `out` is a folder, by default `exports/FORMAT` in the
    run folder; an earlier export there is replaced, anything else is not. `shares` are of train,
    validation and test; no dialogue is in two of them, with `group` "scenario" no scenario
    either. `licence` is an identifier as the Hugging Face Hub has them. Of the tasks go along
    those whose label stands.

    Raises UsageError for what the caller can mend.
    """
    path = Path(source)
    exporter = find_exporter(to) if isinstance(to, str) else to
    folder = _folder(path, exporter.name, out)
    if not _LICENCE.fullmatch(licence):
        raise UsageError(f"{licence!r} is no licence identifier; write one like cc-by-4.0 or mit")
    material = read_material(path)
    bundle = bundled(material, split_names(material.dialogues, shares, seed, group))
    facts = CardFacts(
        title=title_of(material, path),
        format=exporter.name,
        licence=licence,
        seed=seed,
        group=group,
        settings=material.settings,
        version=version("trialogue"),
        left_out=material.left_out,
        features=exporter.features(bundle),
    )
    return _written(exporter, bundle, folder, facts, shares)


def _written(
    exporter: Exporter, bundle: Bundle, folder: Path, facts: CardFacts, shares: Sequence[float]
) -> Exported:
    """Write everything beside the folder, then put it in its place."""
    part = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        files = exporter.write(bundle, part)
        (part / CARD).write_text(data_card(bundle, files, facts), "utf-8", newline="\n")
        found = Exported(
            folder=str(folder),
            format=facts.format,
            seed=facts.seed,
            shares=tuple(shares),
            group=facts.group,
            files=_described(part, bundle, files),
            left_out=facts.left_out,
        )
        _write_manifest(part / MANIFEST, found)
        _put(part, folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return found


def _folder(source: Path, name: str, out: str | os.PathLike[str] | None) -> Path:
    if out is None and not source.is_dir():
        raise UsageError("name the folder to export to: --out DIR")
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name)
    folder = Path(out) if out is not None else source / "exports" / plain
    held = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if held and not (folder / MANIFEST).is_file():
        raise UsageError(f"{folder} holds something else than an export; choose another --out")
    return folder


def _described(folder: Path, bundle: Bundle, files: Sequence[DataFile]) -> tuple[ExportedFile, ...]:
    return tuple(
        ExportedFile(
            **file._asdict(),
            rows=len(getattr(bundle.splits[file.split], file.part)),
            sha256=sha256((folder / file.path).read_bytes()).hexdigest(),
        )
        for file in files
    )


def _write_manifest(file: Path, found: Exported) -> None:
    data = found.model_dump(mode="json", exclude={"folder"})
    file.write_text(json.dumps(data, indent=1) + "\n", "utf-8")


def _put(part: Path, folder: Path) -> None:
    """Put a finished export in its place; an earlier one stays until then."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.replace(folder, old)
    os.replace(part, folder)
    shutil.rmtree(old, ignore_errors=True)
