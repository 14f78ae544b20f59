"""ShareGPT: `{"conversations": [{from, value}]}`, a conversation a line."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from trialogue.evaluation.posed_task import PosedTask
from trialogue.exporters.bundle import Bundle
from trialogue.exporters.exporter import DataFile, Exporter
from trialogue.exporters.json_lines import Row, write_parts
from trialogue.exporters.messages import Message
from trialogue.exporters.task_messages import answered, asked
from trialogue.records import Dialogue

_FROM = {"user": "human", "assistant": "gpt", "system": "system"}


def _dialogue(dialogue: Dialogue) -> Row:
    return {"id": dialogue.id, "conversations": list(_said(dialogue))}


def _said(dialogue: Dialogue) -> Iterator[dict[str, str]]:
    for turn in dialogue.turns:
        for call in turn.tool_calls:
            asked_for = {"name": call.name, "arguments": call.arguments}
            yield _line("function_call", json.dumps(asked_for, ensure_ascii=False))
            yield _line("observation", call.result)
        if turn.text or not turn.tool_calls:
            yield _line(_FROM[turn.speaker], turn.text)


def _task(posed: PosedTask) -> Row:
    return {"id": posed.task.id, "conversations": [*map(_plain, asked(posed)), _answer(posed)]}


def _answer(posed: PosedTask) -> dict[str, str]:
    return _plain(answered(posed.task))


def _plain(message: Message) -> dict[str, str]:
    return _line(_FROM[message["role"]], message["content"])


def _line(who: str, value: str) -> dict[str, str]:
    return {"from": who, "value": value}


def _write(bundle: Bundle, folder: Path) -> Sequence[DataFile]:
    return write_parts(bundle, folder, _dialogue, _task)


SHAREGPT = Exporter(
    "sharegpt",
    "ShareGPT conversations, JSON Lines, with function_call and observation for tools",
    _write,
)
