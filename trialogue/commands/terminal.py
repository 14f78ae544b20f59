"""Text from models, files and the web on its way to a terminal."""

import re
import sys

# Whole escape sequences first, so that nothing of them is left behind as letters.
_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c|$)"  # titles, links, device strings
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)
# Controls, and the marks that turn the direction of text.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: object) -> str:
    """`text` without anything that a terminal would obey instead of show; line ends are spaces."""
    return _UNSEEN.sub(" ", _SEQUENCES.sub("", str(text)))


def plain(text: object) -> str:
    """`printable` text with every run of white space as one space."""
    return " ".join(printable(text).split())


def watched() -> bool:
    """Whether a person sees what goes to standard error."""
    return sys.stderr.isatty()
