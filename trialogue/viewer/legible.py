"""Text from anywhere on its way to a page: every character is shown, none is obeyed."""

import re
from typing import Any
from urllib.parse import urlsplit

# Overrides and isolates that turn the direction of what follows; plain marks of direction may stay.
_TURNING = "\u202a-\u202e\u2066-\u2069"
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_ODD = re.compile(f"[{_CONTROLS}{_TURNING}\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]")
_PICTURES = 0x2400  # Unicode has a picture for each of the first 32 controls


def legible(value: Any) -> Any:
    """A text whose controls stand as pictures (ESC as ␛) or code points; other values as given.

    Line ends are one newline. For Jinja's `finalize`: what is marked as safe stays so.
    """
    if not isinstance(value, str) or not _ODD.search(value):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return type(value)(_ODD.sub(_picture, text))


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(_PICTURES + code)
    return "␡" if code == 0x7F else f"⟦U+{code:04X}⟧"


def web_address(source: str) -> str | None:
    """The address if it is one that a page may link to, else None."""
    try:
        parts = urlsplit(source)
    except ValueError:
        return None
    usable = parts.scheme in ("http", "https") and parts.hostname and not _ODD.search(source)
    return source if usable else None
