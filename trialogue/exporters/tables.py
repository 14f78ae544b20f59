"""Parquet tables: one row a dialogue or task, with columns to filter by and the whole record."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from trialogue.evaluation.posed_task import PosedTask
from trialogue.exporters.bundle import Bundle
from trialogue.exporters.exporter import DataFile, Exporter, Part
from trialogue.exporters.messages import Message, messages_of, tools_of
from trialogue.exporters.task_messages import answered, asked
from trialogue.parquet_rows import pyarrow
from trialogue.records import Dialogue
from trialogue.tools.plain_text import usable_value

Row = dict[str, Any]
_GROUP = 1000  # rows a row group: a reader that wants a few rows need not read all


def _dialogue(dialogue: Dialogue) -> Row:
    tools = tools_of([dialogue])
    return {
        "id": dialogue.id,
        "scenario": dialogue.scenario.id,
        "language": dialogue.scenario.language,
        "user": dialogue.user.id,
        "mode": dialogue.mode,
        "rounds": dialogue.rounds,
        "stop_reason": dialogue.stop_reason,
        "messages": [_full(message) for message in messages_of(dialogue)],
        "tools": json.dumps(tools, ensure_ascii=False) if tools else None,
        "record": dialogue.to_line(),
    }


def _task(posed: PosedTask) -> Row:
    task = posed.task
    return {
        "id": task.id,
        "dialogue_id": task.dialogue_id,
        "scenario": posed.dialogue.scenario.id,
        "language": task.language,
        "kind": task.kind,
        "question": task.question,
        "label": task.label,
        "unit": task.unit,
        "status": task.status,
        "accuracy": task.accuracy,
        "generation": task.generation,
        "messages": [_full(m) for m in (*asked(posed), answered(task))],
        "record": task.to_line(),
        "dialogue": posed.dialogue.to_line(),
    }


def _full(message: Message) -> Message:
    """A message with every field: a column's rows all have the same ones."""
    return {
        "role": message["role"],
        "content": message["content"],
        "name": message.get("name"),
        "tool_calls": message.get("tool_calls"),
        "tool_call_id": message.get("tool_call_id"),
    }


def _schema(part: Part) -> Any:
    pa, _ = pyarrow()
    text, number = pa.string(), pa.int64()
    function = pa.struct({"name": text, "arguments": text})
    call = pa.struct({"id": text, "type": text, "function": function})
    message = pa.struct(
        {"role": text, "content": text, "name": text, "tool_calls": pa.list_(call)}
        | {"tool_call_id": text}
    )
    names = list(_COLUMNS[part])
    special = {"messages": pa.list_(message), "rounds": number, "generation": number}
    special["accuracy"] = pa.float64()
    return pa.schema([(name, special.get(name, text)) for name in names])


_COLUMNS: dict[Part, tuple[str, ...]] = {
    "dialogues": (
        *("id", "scenario", "language", "user", "mode", "rounds", "stop_reason"),
        *("messages", "tools", "record"),
    ),
    "tasks": (
        *("id", "dialogue_id", "scenario", "language", "kind", "question", "label", "unit"),
        *("status", "accuracy", "generation", "messages", "record", "dialogue"),
    ),
}


def _write(bundle: Bundle, folder: Path, *, name: str) -> Sequence[DataFile]:
    written: list[DataFile] = []
    for split, held in bundle.splits.items():
        rows: tuple[tuple[Part, Iterable[Any], Callable[[Any], Row]], ...] = (
            ("dialogues", held.dialogues, _dialogue),
            ("tasks", held.tasks, _task),
        )
        for part, records, row in rows:
            if records:
                file = DataFile(part, split, name.format(part=part, split=split))
                _write_table(folder / file.path, part, [row(record) for record in records])
                written.append(file)
    return sorted(written, key=lambda file: file.part)


def _write_table(path: Path, part: Part, rows: Sequence[Row]) -> None:
    pa, parquet = pyarrow()

    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(usable_value(rows), schema=_schema(part))
    parquet.write_table(table, path, compression="zstd", row_group_size=_GROUP)


PARQUET = Exporter(
    "parquet",
    "Parquet tables with the whole records, for pandas, DuckDB and Spark",
    partial(_write, name="{part}/{split}.parquet"),
)
HF = Exporter(
    "hf",
    "a Hugging Face dataset folder: Parquet shards and a card that load_dataset reads",
    partial(_write, name="data/{part}/{split}-00000-of-00001.parquet"),
)
