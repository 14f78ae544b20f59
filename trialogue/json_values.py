"""The JSON values of a file, each with its line: one a line, a whole file, or a list of them."""

from collections.abc import Iterator
from json import JSONDecodeError
from typing import IO, Any, NamedTuple

from trialogue.plain_json import read_elements, read_json
from trialogue.turn_shapes import is_messages

LONGEST_LINE = 64 * 2**20
LARGEST_FILE = 512 * 2**20
_SPACE = " \t\r\n"


class Found(NamedTuple):
    """A value with its line, from 1, or why there is none."""

    line: int
    value: Any = None
    why: str = ""


def json_values(source: IO[bytes], suffix: str, *, torn: bool) -> Iterator[Found]:
    """One value a line, unless the first line is no whole one but the file is.

    With `torn` a last line without its end is still being written and does not count.
    """
    lines = _lines(source, torn=torn)
    first = next(lines, None)
    if first is None:
        return
    whole = _whole(source) if first.why and not torn else []
    if whole and (not whole[0].why or suffix == ".json"):
        yield from whole
        return
    source.seek(0)
    yield from _lines(source, torn=torn)


def _lines(source: IO[bytes], *, torn: bool) -> Iterator[Found]:
    number = 0
    while line := source.readline(LONGEST_LINE):
        number += 1
        ended = line.endswith(b"\n")
        if len(line) == LONGEST_LINE and not ended:
            while not ended and (rest := source.readline(LONGEST_LINE)):
                ended = rest.endswith(b"\n")
            yield Found(number, why=f"longer than {LONGEST_LINE // 2**20} MB")
        elif torn and not ended:
            return
        elif line.strip(b" \t\r\n\xef\xbb\xbf"):
            yield _parsed(number, line)


def _parsed(number: int, line: bytes) -> Found:
    try:
        return Found(number, read_json(line.decode("utf-8-sig").strip(_SPACE)))
    except JSONDecodeError as error:
        return Found(number, why=_told(error))
    except ValueError as error:
        return Found(number, why=_not_text(error))


def _whole(source: IO[bytes]) -> list[Found]:
    """The values of a file that is one JSON value or a list of them, or its fault."""
    source.seek(0)
    raw = source.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        return [Found(1, why=f"larger than {LARGEST_FILE // 2**20} MB; write a dialogue a line")]
    try:
        text = raw.decode("utf-8-sig").rstrip(_SPACE)
        return _elements(text)
    except JSONDecodeError as error:
        return [Found(error.lineno, why=_told(error))]
    except ValueError as error:
        return [Found(1, why=_not_text(error))]


def _elements(text: str) -> list[Found]:
    lead = len(text) - len(text.lstrip(_SPACE))
    if not text.startswith("[", lead):
        return [Found(1 + text.count("\n", 0, lead), read_json(text[lead:]))]
    found, line, before = [], 1, 0
    for start, value in read_elements(text):
        line, before = line + text.count("\n", before, start), start
        found.append(Found(line, value))
    values = [one.value for one in found]
    return [Found(found[0].line, values)] if is_messages(values) else found


def _told(error: JSONDecodeError) -> str:
    if error.pos >= len(error.doc) or error.msg.startswith("Unterminated"):
        return "half a JSON value: it breaks off before its end"
    return f"not JSON: {error.msg} (column {error.colno})"


def _not_text(error: ValueError) -> str:
    return "not UTF-8 text" if isinstance(error, UnicodeDecodeError) else f"not JSON: {error}"
