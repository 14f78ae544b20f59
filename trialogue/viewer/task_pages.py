"""Tasks, and the desk at which people decide on their labels."""

from collections import Counter
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qs, quote, unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from trialogue.errors import UsageError
from trialogue.records import Dialogue, ReasoningTask
from trialogue.records.review import Decision
from trialogue.viewer.dialogue_pages import address_of
from trialogue.viewer.frame import ROWS, Frame, Paging
from trialogue.viewer.opened import OpenedRun
from trialogue.viewer.shown_turns import ShownTurn, quotations, shown_turns

_COOKIE, _LARGEST = "trialogue-reviewer", 65_536


@dataclass(frozen=True)
class TaskPages:
    """The pages; `reviewer` is who decides unless the browser says who."""

    frame: Frame
    reviewer: str

    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            Route("/tasks", self.listed),
            Route("/task/{number:int}", self.task),
            Route("/review", self.review),
            Route("/review/{number:int}", self.decide, methods=["POST"]),
            Route("/reviewer", self.sign_in, methods=["POST"]),
        ]

    def listed(self, request: Request) -> HTMLResponse:
        """The tasks, as the reviews leave them."""
        paging = Paging.of("/tasks", request.query_params)
        decided = [item.decided for item in self.frame.run.tasks.decided()]
        found = [(number, task) for number, task in enumerate(decided) if _fits(task, paging.query)]
        return self.frame.page(
            "tasks",
            "tasks",
            items=found[paging.first : paging.first + ROWS],
            search=paging.query.get("search", ""),
            status=paging.query.get("status", ""),
            kind=paging.query.get("kind", ""),
            statuses=Counter(task.status for task in decided),
            kinds=Counter(task.kind for task in decided),
            **paging.given(len(found)),
        )

    def task(self, request: Request) -> HTMLResponse:
        """One task with its dialogue."""
        return self._shown(request, request.path_params["number"])

    def review(self, request: Request) -> HTMLResponse:
        """The next task that waits for the reviewer; the desk where none does."""
        who, tasks = self._who(request), self.frame.run.tasks
        queue = tasks.desk().queue(who) if len(tasks) else []
        if queue and "desk" not in request.query_params:
            number = tasks.number(queue[0].task.id)
            assert number is not None
            return self._shown(request, number, reviewing=True, left=len(queue))
        return self.frame.page(
            "desk",
            "review",
            reviewer=who,
            left=len(queue),
            pairs=tasks.desk().agreement() if len(tasks) else [],
            said=_said(request),
        )

    async def decide(self, request: Request) -> Response:
        """Write a decision down; then the next task."""
        given = await _form(request)
        number, who = request.path_params["number"], self._who(request)
        task = self._task(number)
        decision = cast(Decision, given.get("decision", ""))
        label, note = given.get("label", ""), given.get("note", "")
        try:
            self.frame.run.tasks.desk().decide(
                task.id, decision, reviewer=who, label=label, note=note
            )
        except UsageError as error:
            return self._shown(
                request, number, code=422, fault=str(error), reviewing=True, label=label, note=note
            )
        said = quote(f"{_PAST.get(decision, decision)} {task.id}")
        return RedirectResponse(f"/review?said={said}", 303)

    async def sign_in(self, request: Request) -> Response:
        """Say who reviews."""
        name = (await _form(request)).get("reviewer", "").strip()[:80]
        response = RedirectResponse("/review?desk=1", 303)
        response.set_cookie(_COOKIE, quote(name, safe=""), httponly=True, samesite="strict")
        return response

    def _shown(
        self,
        request: Request,
        number: int,
        *,
        code: int = 200,
        fault: str = "",
        reviewing: bool = False,
        left: int | None = None,
        label: str = "",
        note: str = "",
    ) -> HTMLResponse:
        run, task, who = self.frame.run, self._task(number), self._who(request)
        found = run.index.named(task.dialogue_id)
        dialogue = run.dialogue(found.part, found.number) if found else None
        desk = run.tasks.desk()
        return self.frame.page(
            "task",
            "review" if reviewing else "tasks",
            code=code,
            task=task,
            number=number,
            total=len(run.tasks),
            item=desk.item(task.id),
            dialogue=dialogue,
            turns=_turns(run, dialogue, task),
            sent_from=address_of(found) if found else "",
            reviewing=reviewing,
            reviewer=who,
            left=len(desk.queue(who)) if left is None else left,
            fault=fault,
            label=label,
            note=note,
            said=_said(request),
        )

    def _task(self, number: int) -> ReasoningTask:
        task = self.frame.run.tasks.at(number)
        if task is None:
            raise HTTPException(404)
        return task

    def _who(self, request: Request) -> str:
        return unquote(request.cookies.get(_COOKIE, ""))[:80].strip() or self.reviewer


_PAST = {"accept": "accepted", "correct": "corrected", "reject": "rejected", "skip": "skipped"}


def _turns(run: OpenedRun, dialogue: Dialogue | None, task: ReasoningTask) -> list[ShownTurn]:
    if dialogue is None:
        return []
    return shown_turns(dialogue, quotations([task]), names=run.speakers(dialogue))


def _said(request: Request) -> str:
    return request.query_params.get("said", "")[:200]


def _fits(task: ReasoningTask, query: dict[str, str]) -> bool:
    words = query.get("search", "").casefold().split()
    text = f"{task.id} {task.question} {task.label}".casefold() if words else ""
    return (
        query.get("status", task.status) == task.status
        and query.get("kind", task.kind) == task.kind
        and all(word in text for word in words)
    )


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, the last of each name."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise HTTPException(413)
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    return {name: values[-1] for name, values in fields.items()}
