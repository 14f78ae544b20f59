"""JSON Lines: one row a line, the same bytes for the same rows."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from trialogue.evaluation.posed_task import PosedTask
from trialogue.exporters.bundle import Bundle
from trialogue.exporters.exporter import DataFile
from trialogue.records import Dialogue
from trialogue.tools.plain_text import usable_value

Row = dict[str, Any]


def write_lines(path: Path, rows: Iterable[Row]) -> None:
    """Write rows to a file in a folder that is made if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for row in rows:
            out.write(json.dumps(usable_value(row), ensure_ascii=False) + "\n")


def write_parts(
    bundle: Bundle,
    folder: Path,
    dialogue_row: Callable[[Dialogue], Row] | None,
    task_row: Callable[[PosedTask], Row] | None,
) -> Sequence[DataFile]:
    """`dialogues/SPLIT.jsonl` and `tasks/SPLIT.jsonl` for every split that has any."""
    written: list[DataFile] = []
    for name, split in bundle.splits.items():
        if dialogue_row is not None and split.dialogues:
            file = DataFile("dialogues", name, f"dialogues/{name}.jsonl")
            write_lines(folder / file.path, map(dialogue_row, split.dialogues))
            written.append(file)
        if task_row is not None and split.tasks:
            file = DataFile("tasks", name, f"tasks/{name}.jsonl")
            write_lines(folder / file.path, map(task_row, split.tasks))
            written.append(file)
    return sorted(written, key=lambda file: file.part)
