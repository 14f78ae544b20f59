"""Reads JSON that anybody may have written: bounded in depth, with texts that can be kept."""

import json
import math
from typing import Any

from trialogue.tools.plain_text import usable_value

DEEPEST = 100


def read_json(text: str) -> Any:
    """The value of a JSON text, without NULs and lone surrogates.

    Raises ValueError in plain words where it is no JSON, holds NaN or an infinite number, or is
    nested deeper than 100 levels; JSONDecodeError where the place of the fault is known.
    """
    try:
        value = _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return checked(value)


def read_elements(text: str) -> list[tuple[int, Any]]:
    """The elements of a JSON array, each with the index of its first character.

    Raises as `read_json`.
    """
    elements: list[tuple[int, Any]] = []
    at = _past_space(text, text.index("[") + 1)
    while at < len(text) and text[at] != "]":
        start = at
        try:
            value, at = _DECODER.raw_decode(text, at)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        elements.append((start, checked(value)))
        at = _past_space(text, at)
        if text[at : at + 1] == ",":
            at = _past_space(text, at + 1)
        elif text[at : at + 1] != "]":
            raise json.JSONDecodeError("expected a comma or the end of the list", text, at)
    if at >= len(text):
        raise json.JSONDecodeError("the list has no end", text, len(text))
    if _past_space(text, at + 1) < len(text):
        raise json.JSONDecodeError("something follows the list", text, at + 1)
    return elements


def checked(value: Any) -> Any:
    """A value that was read, with usable texts. Raises ValueError where it is nested too deeply."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise ValueError("nested too deeply")
        level = [inner for outer in level for inner in _inside(outer)]
    return usable_value(value)


def _inside(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for one in inner if isinstance(one, dict | list)]


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is no number that can be kept")
    return value


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)
