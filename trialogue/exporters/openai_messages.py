"""OpenAI's chat format: `{"messages": [{role, content}]}`, a conversation a line."""

from collections.abc import Sequence
from pathlib import Path

from trialogue.evaluation.posed_task import PosedTask
from trialogue.exporters.bundle import Bundle
from trialogue.exporters.exporter import DataFile, Exporter, Features
from trialogue.exporters.json_lines import Row, write_parts
from trialogue.exporters.messages import messages_of, tools_of
from trialogue.exporters.task_messages import answered, asked
from trialogue.records import Dialogue


def _dialogue(dialogue: Dialogue) -> Row:
    tools = tools_of([dialogue])
    row = {"id": dialogue.id, "messages": messages_of(dialogue)}
    return {**row, "tools": tools} if tools else row


def _task(posed: PosedTask) -> Row:
    return {"id": posed.task.id, "messages": [*asked(posed), answered(posed.task)]}


def _features(bundle: Bundle) -> Features:
    """Messages with all keys that any has, and the union of all tools."""
    call = [_text("id"), _text("type"), _struct("function", [_text("name"), _text("arguments")])]
    keys = [_text("role"), _text("content"), _text("name"), _text("tool_call_id")]
    columns = [_text("id"), _list("messages", [*keys, _list("tool_calls", call)])]
    tools = tools_of([*bundle.dialogues()])
    if tools:
        given = {name for tool in tools for name in _properties(tool)}
        properties = [_struct(name, [_text("type")]) for name in sorted(given)]
        parameters = [_text("type"), *([_struct("properties", properties)] if given else [])]
        function = [_text("name"), _struct("parameters", parameters)]
        columns.append(_list("tools", [_text("type"), _struct("function", function)]))
    return {"dialogues": columns}


def _properties(tool: Row) -> Sequence[str]:
    return list(tool["function"]["parameters"]["properties"])


def _text(name: str) -> Row:
    return {"name": name, "dtype": "string"}


def _struct(name: str, fields: Sequence[Row]) -> Row:
    return {"name": name, "struct": [*fields]}


def _list(name: str, fields: Sequence[Row]) -> Row:
    return {"name": name, "list": [*fields]}


def _write(bundle: Bundle, folder: Path) -> Sequence[DataFile]:
    return write_parts(bundle, folder, _dialogue, _task)


OPENAI = Exporter(
    "openai",
    "OpenAI chat messages, JSON Lines; tasks as questions with their answers",
    _write,
    features=_features,
)
