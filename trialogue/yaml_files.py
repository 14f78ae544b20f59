"""Reads YAML into records, with errors that name the line."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from trialogue.errors import UsageError

T = TypeVar("T", bound=BaseModel)

_DEEPEST = 100
# The one in C is ten times faster; not every build of PyYAML has it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path, kind: type[T]) -> T:
    """The record of `kind` in a YAML file.

    Raises UsageError as `file:line: what is wrong`, for one fault.
    """
    values, node = _load(path, kind)
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise _refused(path, node, error.errors()[0], kind) from error


def read_part(path: Path, kind: type[BaseModel]) -> dict[str, Any]:
    """Values for a record of `kind` of which the file need not hold all; checked like the whole.

    Raises UsageError as `read_yaml`.
    """
    values, node = _load(path, kind)
    try:
        kind.model_validate(values)
    except ValidationError as error:
        faults = [fault for fault in error.errors() if fault["type"] != "missing"]
        if faults:
            raise _refused(path, node, faults[0], kind) from error
    return values


def told(fault: Any, kind: type[BaseModel]) -> str:
    """One fault of a validation in plain words."""
    place = ".".join(str(step) for step in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"unknown key {place!r}; {kind.__name__} has {', '.join(kind.model_fields)}"
    message = fault["msg"].removeprefix("Value error, ")
    return f"{place or kind.__name__}: {message}"


def _load(path: Path, kind: type[BaseModel]) -> tuple[dict[str, Any], Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    try:
        _check_depth(path, text)
        node = yaml.compose(text, Loader=_Loader)
        values = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError) as error:
        raise UsageError(_malformed(path, error)) from error
    if not isinstance(values, dict):
        first = next(iter(kind.model_fields))
        raise UsageError(f"{path}:1: expected keys and values, such as `{first}: …`")
    return values, node


def _check_depth(path: Path, text: str) -> None:
    """The loader in C calls itself at every level, and would end the process at very many."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise UsageError(f"{path}:{line}: nested too deeply")


def _refused(path: Path, node: Any, fault: Any, kind: type[BaseModel]) -> UsageError:
    return UsageError(f"{path}:{_line(node, fault['loc'])}: {told(fault, kind)}")


def _malformed(path: Path, error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    told = " ".join(str(getattr(error, "problem", None) or error).split())
    return f"{path}:{line}: not YAML: {told}"


def _line(node: Any, place: tuple[int | str, ...]) -> int:
    """The line, from 1, of the deepest part of `place` that is in the file."""
    line = 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            pair = next((p for p in node.value if p[0].value == step), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line
