"""Text on its way to a page."""

import re
from typing import Any

_UNSEEN = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # colours and the like, whole
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)


def visible(value: Any) -> Any:
    """A text without controls, such as escape sequences or marks that turn the direction."""
    return type(value)(_UNSEEN.sub("", value)) if isinstance(value, str) else value
