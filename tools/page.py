"""What reading a page takes, gives and raises."""

from dataclasses import dataclass

from trialogue.errors import TrialogueError
from trialogue.records import Record


class PageRefused(TrialogueError):
    """A page is not read: its address, server, size or type; the text is one line."""


@dataclass(frozen=True)
class ReaderLimits:
    """What one page may cost: bytes (also after decompression), seconds in all, redirects.

    `characters` bounds the text taken out of it.
    """

    bytes: int = 3_000_000
    seconds: float = 15.0
    redirects: int = 5
    characters: int = 200_000


class Page(Record):
    """A page that was read: its address after redirects, its title and its main text."""

    address: str
    title: str
    text: str
