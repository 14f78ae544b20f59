"""The seam behind web search: what a provider takes, gives and raises."""

from typing import Protocol, runtime_checkable

from trialogue.errors import TrialogueError
from trialogue.records import Record


class SearchUnavailable(TrialogueError):
    """The search engines cannot be reached or keep refusing; its text is one line."""


class SearchHit(Record):
    """One result of a search: the page's title and address, and a snippet of its text."""

    title: str
    address: str
    snippet: str = ""


@runtime_checkable
class SearchProvider(Protocol):
    """Anything that can search.

    `name` identifies the provider with every setting that changes its answers, since cached
    answers are kept under it.
    """

    @property
    def name(self) -> str:
        """What cached answers are filed under."""
        ...

    async def search(self, query: str, limit: int) -> list[SearchHit]:
        """At most `limit` hits, best first; raises SearchUnavailable."""
        ...
