"""Writes `report.html` and keeps its sections in `report.json`, so that parts can be renewed."""

import json
import os
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from trialogue.errors import UsageError
from trialogue.evaluation.report.blocks import Chart, Section
from trialogue.evaluation.report.visible import visible

if TYPE_CHECKING:
    from jinja2 import Template

PAGE, DATA, DRAWINGS = "report.html", "report.json", "report"
_SECTIONS: TypeAdapter[tuple[Section, ...]] = TypeAdapter(tuple[Section, ...])


def report_title(folder: Path) -> str:
    """What a folder's report is called."""
    return f"Report of {folder.resolve().name}"


def put_section(folder: Path, *new: Section, title: str) -> Path:
    """Add sections to the folder's report, or renew them, and write the page; gives its path.

    The drawings are also saved, each as SVG and PNG in `report/`. Raises UsageError if the
    folder's `report.json` is not one, or if the folder cannot be written to.
    """
    sections = {section.id: section for section in (*_kept(folder / DATA), *new)}
    try:
        _put(folder, tuple(sections.values()), new, title)
    except OSError as error:
        raise UsageError(
            f"{folder}: no report can be written: {error.strerror or error}"
        ) from error
    return folder / PAGE


def kept_sections(folder: Path) -> tuple[Section, ...]:
    """The sections of a folder's report; none where it has no report.

    Raises UsageError if the folder's `report.json` is not one.
    """
    return _kept(folder / DATA)


def _put(folder: Path, kept: tuple[Section, ...], new: Sequence[Section], title: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / DATA, _SECTIONS.dump_json(kept, indent=1).decode())
    for section in new:
        _save_drawings(folder / DRAWINGS, section)
    _write(folder / PAGE, page(title, kept))


def page(title: str, sections: Sequence[Section]) -> str:
    """The page as HTML: one file, nothing from outside, no script; all text is escaped."""
    shown_ids = {
        conversation.id: f"dialogue-{section.id}-{place}-{number}"
        for section in sections
        for place, block in enumerate(section.blocks)
        if block.kind == "conversations"
        for number, conversation in enumerate(block.conversations)
    }
    return _template().render(title=title, sections=sections, anchors=shown_ids)


@cache
def _template() -> "Template":
    from jinja2 import Environment

    source = (files("trialogue.evaluation") / "report" / "page.html.j2").read_text("utf-8")
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=visible
    )
    environment.filters["shown"] = shown
    return environment.from_string(source)


def shown(value: Any) -> str:
    """A cell as people read it."""
    if value is None:
        return "–"
    if isinstance(value, float):
        text = f"{value:,.3f}" if abs(value) < 1000 else f"{value:,.0f}"
        return "0.000" if text == "-0.000" else text
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _kept(path: Path) -> tuple[Section, ...]:
    try:
        return _SECTIONS.validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not a report's data; move it away") from error


def _save_drawings(folder: Path, section: Section) -> None:
    for block in section.blocks:
        if isinstance(block, Chart):
            folder.mkdir(exist_ok=True)
            _write(folder / f"{block.name}.svg", block.svg)
            (folder / f"{block.name}.png").write_bytes(block.png)


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
