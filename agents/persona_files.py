"""Personas written down by the user: JSON Lines, a JSON list or a YAML list."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError

from trialogue.agents.seeds import rng
from trialogue.errors import UsageError
from trialogue.records import Persona, Scenario
from trialogue.yaml_files import told

_BETWEEN = re.compile(r"[\s,]*")
# An escape such as "\ud83d" without its other half: it could not be written into a record.
_HALF = re.compile("[\ud800-\udfff]")


class Entry(NamedTuple):
    """One entry of a file as it stands there, with its line from 1 and those of its keys."""

    line: int
    values: Any
    lines: dict[str, int]


class GivenPersonas:
    """Personas of a list, in turn and from the start again, or shuffled anew for every turn.

    Those who speak another language than the scenario's are passed over.
    """

    def __init__(
        self, personas: Sequence[Persona], *, shuffled: bool = False, origin: str = "the personas"
    ) -> None:
        self.personas = tuple(personas)
        self.shuffled = shuffled
        self._origin = origin

    def draw(self, seed: int, number: int, scenario: Scenario) -> Persona:
        """The persona of a dialogue's number as it was given; UsageError if none fits."""
        fit = [persona for persona in self.personas if speaks(persona, scenario)]
        if not fit:
            raise UsageError(
                f"{self._origin}: nobody speaks {scenario.language!r}, the language of "
                f"{scenario.id!r}; add somebody who does, or leave the language out"
            )
        turn, place = divmod(number, len(fit))
        if self.shuffled:
            rng(seed, "persona", "turn", turn).shuffle(fit)
        return fit[place]


def speaks(persona: Persona, scenario: Scenario) -> bool:
    """Whether the persona's language, if it has one, is the scenario's; "zh-CN" is "zh"."""
    if not persona.language:
        return True
    return re.split("[-_]", persona.language.strip().lower())[0] == scenario.language


def read_personas(path: Path) -> list[Persona]:
    """The personas in a file, of which there is at least one.

    A `.jsonl` file has one JSON object a line, others a list of them as JSON or YAML.
    Raises UsageError as `file:line: what is wrong`.
    """
    text = _text(path)
    try:
        personas = [_persona(path, entry) for entry in _entries(path, text)]
    except RecursionError as error:
        raise UsageError(f"{path}:1: nested too deeply") from error
    if not personas:
        raise UsageError(f"{path}:1: there are no personas; write one a line, {_SUCH_AS}")
    return personas


_SUCH_AS = 'such as {"age": 34, "mood": "worried"}'


def holds_a_list(path: Path) -> bool:
    """Whether a JSON or YAML file holds a list, or nothing that can be read, and no mapping."""
    try:
        for event in yaml.parse(_text(path), Loader=yaml.SafeLoader):
            if isinstance(event, yaml.NodeEvent):
                return not isinstance(event, yaml.MappingStartEvent)
    except yaml.YAMLError:
        return True
    return True


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error


def _entries(path: Path, text: str) -> Iterator[Entry]:
    if path.suffix == ".jsonl":
        return _json_lines(path, text)
    return _json_list(path, text) if path.suffix == ".json" else _yaml_list(path, text)


def _persona(path: Path, entry: Entry) -> Persona:
    if not isinstance(entry.values, dict):
        raise UsageError(f"{path}:{entry.line}: expected facets and values, {_SUCH_AS}")
    for facet, value in entry.values.items():
        if _HALF.search(str(value)):
            line = entry.lines.get(facet, entry.line)
            raise UsageError(f"{path}:{line}: {facet}: holds half of a character")
    try:
        return Persona.model_validate(entry.values)
    except ValidationError as error:
        fault = error.errors()[0]
        line = entry.lines.get(str(fault["loc"][0]), entry.line)
        raise UsageError(f"{path}:{line}: {told(fault, Persona)}") from error


def _json_lines(path: Path, text: str) -> Iterator[Entry]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield Entry(number, _json(path, line, number), {})


def _json(path: Path, text: str, line: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{path}:{line + error.lineno - 1}"
        raise UsageError(f"{place}: not JSON: {error.msg}, column {error.colno}") from error
    except ValueError as error:
        raise UsageError(f"{path}:{line}: not JSON: {error}") from error


def _json_list(path: Path, text: str) -> Iterator[Entry]:
    if not isinstance(_json(path, text, 1), list):
        raise UsageError(f"{path}:1: expected a list of personas")
    decoder, start, line = json.JSONDecoder(), text.index("[") + 1, 1
    line += text.count("\n", 0, start)
    while True:
        between = _BETWEEN.match(text, start)
        begin = between.end() if between else start
        if text[begin] == "]":
            return
        line += text.count("\n", start, begin)
        values, start = decoder.raw_decode(text, begin)
        yield Entry(line, values, {})
        line += text.count("\n", begin, start)


def _yaml_list(path: Path, text: str) -> Iterator[Entry]:
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        is_list = isinstance(node, yaml.SequenceNode)
        values: list[Any] = loader.construct_document(node) if is_list else []
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or " ".join(str(error).split())
        line = mark.line + 1 if mark else 1
        raise UsageError(f"{path}:{line}: not YAML: {why}") from error
    if not isinstance(node, yaml.SequenceNode):
        raise UsageError(f"{path}:1: expected a list of personas")
    for part, value in zip(node.value, values, strict=True):
        yield Entry(part.start_mark.line + 1, value, _lines(part))


def _lines(node: yaml.Node) -> dict[str, int]:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return {key.value: key.start_mark.line + 1 for key, _ in pairs if isinstance(key.value, str)}
