"""The web application that shows a run."""

from importlib.resources import files

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from trialogue.errors import UsageError
from trialogue.viewer.dialogue_pages import DialoguePages
from trialogue.viewer.follow import Follower
from trialogue.viewer.frame import Frame
from trialogue.viewer.run_pages import RunPages
from trialogue.viewer.task_pages import TaskPages

_KINDS = {"viewer.css": "text/css", "viewer.js": "text/javascript"}


def application(frame: Frame, follower: Follower, reviewer: str) -> Starlette:
    """The application; `reviewer` decides on tasks unless the browser says who."""

    def missing(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            return frame.fault("Not found", "There is nothing at this address.", 404)
        why = error.detail if isinstance(error, HTTPException) else str(error)
        return frame.fault("This cannot be done", why, status)

    def fault(request: Request, error: Exception) -> Response:
        return frame.fault("This cannot be shown", str(error), 422)

    return Starlette(
        routes=[
            *DialoguePages(frame).routes(),
            *TaskPages(frame, reviewer).routes(),
            *RunPages(frame, follower).routes(),
            Route("/assets/{name}", asset),
        ],
        exception_handlers={HTTPException: missing, UsageError: fault},
    )


def asset(request: Request) -> Response:
    """A style sheet or script that comes with the program."""
    name = request.path_params["name"]
    if name not in _KINDS:
        raise HTTPException(404)
    return Response(asset_text(name), media_type=_KINDS[name])


def asset_text(name: str) -> str:
    """What an asset holds."""
    return (files("trialogue.viewer") / "assets" / name).read_text("utf-8")
