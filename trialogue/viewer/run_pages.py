"""The pages of a run as a whole: report, settings, news."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from trialogue.viewer.follow import Follower
from trialogue.viewer.frame import Frame
from trialogue.viewer.pages import flat

if TYPE_CHECKING:
    from trialogue.evaluation.report.blocks import Chart, Section

# A drawing is shown as a picture of its own, in which nothing may run or be fetched.
_LONG = ("scenario", "contents")  # what is folded up in the settings
_PICTURE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


@dataclass(frozen=True)
class RunPages:
    """The pages."""

    frame: Frame
    follower: Follower

    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            Route("/report", self.report),
            Route("/report/{section}/{place:int}.svg", self.chart),
            Route("/settings", self.settings),
            Route("/events", self.events),
        ]

    def report(self, request: Request) -> HTMLResponse:
        """The report's sections, and the recipe."""
        run = self.frame.run
        return self.frame.page(
            "report",
            "report",
            sections=run.report(),
            recipe=run.recipe(),
            charts=_address,
        )

    def chart(self, request: Request) -> Response:
        """A drawing of the report."""
        section = next(
            (s for s in self.frame.run.report() if s.id == request.path_params["section"]), None
        )
        place = request.path_params["place"]
        block = section.blocks[place] if section and place < len(section.blocks) else None
        if block is None or block.kind != "chart":
            raise HTTPException(404)
        return Response(block.svg, media_type="image/svg+xml", headers=_PICTURE)

    def settings(self, request: Request) -> HTMLResponse:
        """What the run was asked for, and what it has used."""
        run = self.frame.run
        folded = {name: run.settings[name] for name in _LONG if name in run.settings}
        plain = {name: value for name, value in run.settings.items() if name not in folded}
        return self.frame.page(
            "settings",
            "settings",
            plain=flat(plain),
            folded={name: flat(found) for name, found in folded.items() if _mapping(found)},
            usage=run.usage(),
        )

    async def events(self, request: Request) -> EventSourceResponse:
        """News of a run that is going on."""
        return EventSourceResponse(self.follower.events(), headers={"Cache-Control": "no-store"})


def _mapping(value: object) -> bool:
    return isinstance(value, dict)


def _address(section: "Section", block: "Chart", sent: bool) -> str:
    place = section.blocks.index(block)
    return f"/report/{quote(section.id)}/{place}.svg"
