"""Writes the beginning of a scenario of one's own: rules, settings, and a tool."""

import os
import re
from importlib.resources import files
from pathlib import Path

from trialogue.errors import UsageError

_END = ".j2"


def scaffold(folder: str | os.PathLike[str]) -> list[Path]:
    """Write a scenario that runs into a new or empty folder; the files, scenario first.

    The scenario is called as the folder. Raises UsageError where there is something already, or
    nothing can be written.
    """
    from jinja2 import Environment, StrictUndefined

    place = Path(folder)
    _check_free(place)
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    words = _words(place.resolve().name)
    names = {"id": "_".join(words), "name": " ".join(words)}
    written = []
    try:
        for template, source in sorted(_templates().items(), key=_scenario_first):
            file = place / template
            file.parent.mkdir(parents=True, exist_ok=True)
            text = environment.from_string(source.read_text("utf-8")).render(names)
            file.write_text(text, encoding="utf-8")
            written.append(file)
    except OSError as error:
        raise UsageError(f"{place} cannot be written: {error.strerror or error}") from error
    return written


def _templates() -> dict[str, Path]:
    """The files that are written, by their path in the folder."""
    root = Path(str(files("trialogue"))) / "starter"
    return {str(file.relative_to(root)).removesuffix(_END): file for file in root.rglob(f"*{_END}")}


def _scenario_first(template: tuple[str, Path]) -> tuple[bool, str]:
    return template[0] != "scenario.yaml", template[0]


def _check_free(place: Path) -> None:
    try:
        taken = place.exists() and (not place.is_dir() or any(place.iterdir()))
    except OSError as error:
        raise UsageError(f"{place} cannot be read: {error.strerror or error}") from error
    if taken:
        raise UsageError(f"{place} is there already; choose a new or empty folder")


def _words(name: str) -> list[str]:
    """The words of a folder's name, such that an id can be made of them."""
    words = re.findall(r"[a-z0-9]+", name.lower())
    return words if words and words[0][0].isalpha() else ["my", "scenario", *words]
