"""Which files of a folder hold dialogues or tasks: a run's, an export's, or a dataset's."""

from pathlib import Path

_SUFFIXES = (".jsonl", ".parquet")
_SPLITS = ("train", "validation", "test")


def data_files(folder: Path, part: str) -> list[Path]:
    """The data files for "dialogues" or "tasks", train before validation before test.

    A run folder has `PART.jsonl`. An export has `PART/` or `data/PART/`. In a dataset from
    elsewhere, data lie in the folder or in `data/`, and count as dialogues.
    """
    own = folder / f"{part}.jsonl"
    if own.is_file():
        return [own]
    for below in (folder / part, folder / "data" / part):
        if found := _in(below):
            return found
    exported = (folder / "export.json").is_file()
    return [] if part != "dialogues" or exported else _in(folder) or _in(folder / "data")


def _in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = [file for file in folder.iterdir() if file.suffix in _SUFFIXES and file.is_file()]
    return sorted(found, key=_order)


def _order(file: Path) -> tuple[int, str]:
    name = file.name.partition(".")[0].partition("-")[0]
    return _SPLITS.index(name) if name in _SPLITS else len(_SPLITS), file.name
