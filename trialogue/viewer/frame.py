"""What all pages of a run have around them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse

from trialogue.viewer.follow import counts
from trialogue.viewer.opened import OpenedRun
from trialogue.viewer.pages import rendered
from trialogue.viewer.span_tree import cut

ROWS = 50


@dataclass(frozen=True, slots=True)
class Link:
    """A page in the navigation; `count` is what it lists, None where it lists nothing."""

    name: str
    title: str
    address: str
    count: int | None = None


@dataclass(frozen=True)
class Frame:
    """Renders pages of a run."""

    run: OpenedRun

    def page(self, name: str, here: str = "", *, code: int = 200, **given: Any) -> HTMLResponse:
        """A whole page; `here` is its place in the navigation."""
        about = {
            "name": self.run.name,
            "scenario": scenario_of(self.run.settings),
            "pages": list(self._links()),
            "remarks": self.run.remarks(),
        }
        return HTMLResponse(rendered(name, run=about, here=here, cut=cut, **given), code)

    def part(self, name: str, **given: Any) -> HTMLResponse:
        """A part of a page."""
        return HTMLResponse(rendered(name, cut=cut, **given))

    def fault(self, title: str, why: str, status: int) -> HTMLResponse:
        """A page that says in a line what is wrong."""
        return self.page("fault", code=status, title=title, why=why)

    def _links(self) -> list[Link]:
        there = counts(self.run)
        links = [Link("dialogues", "Dialogues", "/", there["dialogues"])]
        if there["tasks"]:
            links.append(Link("tasks", "Tasks", "/tasks", there["tasks"]))
            links.append(Link("review", "Review", "/review?desk=1"))
        if self.run.reported:
            links.append(Link("report", "Report", "/report"))
        return [*links, Link("settings", "Settings", "/settings")]


def scenario_of(settings: Mapping[str, Any]) -> str:
    """The name of the scenario that settings hold; empty where they hold none."""
    scenario = settings.get("scenario")
    name = scenario.get("name") if isinstance(scenario, dict) else scenario
    return name if isinstance(name, str) else ""


@dataclass(frozen=True)
class Paging:
    """Where in a list a request is; the number of the page is the query's `page`, from 1."""

    page: int
    address: str
    query: dict[str, str]

    @classmethod
    def of(cls, address: str, query: QueryParams) -> "Paging":
        """The place that a query names; what makes no sense is the first page."""
        asked = query.get("page", "1")
        page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
        others = {name: value for name, value in query.items() if name != "page" and value}
        return cls(max(1, page), address, others)

    @property
    def first(self) -> int:
        """The number of the first row, from 0."""
        return (self.page - 1) * ROWS

    def turned(self, page: int) -> str:
        """The address of another page."""
        more = {"page": str(page)} if page > 1 else {}
        query = urlencode({**self.query, **more})
        return f"{self.address}?{query}" if query else self.address

    def given(self, total: int) -> dict[str, Any]:
        """What a template needs to know."""
        return {
            "first": self.first,
            "page": self.page,
            "pages": max(1, ceil(total / ROWS)),
            "turned": self.turned,
            "total": total,
        }
