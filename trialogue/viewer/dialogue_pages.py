"""The list of dialogues, and one of them with how it came about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from trialogue.records import Dialogue
from trialogue.viewer.frame import ROWS, Frame, Paging
from trialogue.viewer.index import ORDERS, Item, Wanted
from trialogue.viewer.legible import legible
from trialogue.viewer.lit_graph import lit_graph, synthesis_drawing, way_of
from trialogue.viewer.shown_turns import quotations, shown_turns
from trialogue.viewer.span_tree import span_tree, totals

if TYPE_CHECKING:
    from trialogue.memory.recorded import Recorded

_LONGEST_SEARCH = 400


@dataclass(frozen=True)
class DialoguePages:
    """The pages; each method answers one kind of address."""

    frame: Frame

    def routes(self) -> list[Route]:
        """Their addresses."""
        place = "/dialogue/{part}/{number:int}"
        below: dict[str, Callable[[Request], Response]] = {
            "": self.dialogue,
            "/graph": self.graph,
            "/spans": self.spans,
            "/turn/{turn:int}/spans": self.spans,
            "/turn/{turn:int}/text": self.text,
        }
        return [
            Route("/", self.listed),
            Route("/begun/{number:int}", self.begun),
            *(Route(f"{place}{end}", one) for end, one in below.items()),
        ]

    def listed(self, request: Request) -> HTMLResponse:
        """The list, or with the header `X-Fragment` only its rows."""
        run, paging = self.frame.run, Paging.of("/", request.query_params)
        wanted = _wanted(paging.query)
        found = run.index.found(wanted, first=paging.first, most=ROWS)
        tasks = {item.name: len(run.tasks.of_dialogue(item.name)) for item in found.items}
        parts = run.index.counts("part")
        rows: dict[str, Any] = {"items": found.items, "tasks": tasks, "nothing": not parts}
        rows["begun"] = run.begun() if paging.page == 1 else []
        if "x-fragment" in request.headers:
            return self.frame.part("rows", **rows, **paging.given(found.total))
        return self.frame.page(
            "list",
            "dialogues",
            wanted=wanted,
            parts=parts,
            ends=run.index.counts("ended", wanted.part),
            scenarios=run.index.counts("scenario"),
            address=paging.turned(paging.page),
            **rows,
            **paging.given(found.total),
        )

    def dialogue(self, request: Request) -> HTMLResponse:
        """One dialogue."""
        run, (item, dialogue) = self.frame.run, self._asked(request)
        tasks = run.tasks.of_dialogue(dialogue.id)
        beside = [run.index.item(item.part, item.number + step) for step in (-1, 1)]
        before, after = (one and address_of(one) for one in beside)
        return self.frame.page(
            "dialogue",
            "dialogues",
            item=item,
            dialogue=dialogue,
            turns=shown_turns(
                dialogue, quotations(task for _, task in tasks), names=run.speakers(dialogue)
            ),
            tasks=tasks,
            traced=run.trace(item) is not None,
            sent_from=address_of(item),
            before=before,
            after=after,
        )

    def begun(self, request: Request) -> Response:
        """What was done so far for a dialogue that is not written yet; then the dialogue."""
        run, number = self.frame.run, request.path_params["number"]
        trace = next((one for one in run.begun() if one.number == number), None)
        if trace is None or run.traces is None:
            return RedirectResponse(f"/dialogue/accepted/{number}", 303)
        spans = run.traces.spans(trace.id)
        given: dict[str, Any] = {"nodes": span_tree(spans), "sums": totals(spans)}
        if "x-fragment" in request.headers:
            return self.frame.part("fragment", **given)
        return self.frame.page("begun", "dialogues", trace=trace, **given)

    def graph(self, request: Request) -> HTMLResponse:
        """The way it took through the graph."""
        item, dialogue = self._asked(request)
        drawing = synthesis_drawing()
        way = way_of(dialogue, self.frame.run.spans(item), drawing)
        return self._part(request, "graph", way=way, drawing=lit_graph(drawing, way))

    def spans(self, request: Request) -> HTMLResponse:
        """The spans of a dialogue, or of one of its turns."""
        item, _ = self._asked(request)
        spans: list[Recorded] = self.frame.run.spans(item, request.path_params.get("turn"))
        return self._part(request, "fragment", nodes=span_tree(spans), sums=totals(spans))

    def text(self, request: Request) -> PlainTextResponse:
        """A turn's whole text."""
        _, dialogue = self._asked(request)
        turn = request.path_params["turn"]
        if turn >= len(dialogue.turns):
            raise HTTPException(404)
        return PlainTextResponse(legible(dialogue.turns[turn].text))

    def _part(self, request: Request, name: str, **given: Any) -> HTMLResponse:
        """A part of a page; as a page of its own where a browser without script asks."""
        if "x-fragment" in request.headers:
            return self.frame.part(name, **given)
        return self.frame.page("alone", "dialogues", part=f"{name}.html.j2", **given)

    def _asked(self, request: Request) -> tuple[Item, Dialogue]:
        run = self.frame.run
        place = (request.path_params["part"], request.path_params["number"])
        if place[1] >= 2**62:
            raise HTTPException(404)
        item, dialogue = run.index.item(*place), run.dialogue(*place)
        if item is None or dialogue is None:
            raise HTTPException(404)
        return item, dialogue


def address_of(item: Item) -> str:
    """Where a dialogue is shown."""
    return f"/dialogue/{item.part}/{item.number}"


def _wanted(query: dict[str, str]) -> Wanted:
    order = query.get("order", "")
    return Wanted(
        search=query.get("search", "")[:_LONGEST_SEARCH],
        part=query.get("part", ""),
        ended=query.get("ended", ""),
        scenario=query.get("scenario", ""),
        order=order if order in ORDERS else "number",
    )
