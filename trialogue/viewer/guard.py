"""Who may see a run: requests from this machine that know the token, and from no other site."""

import secrets
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trialogue.viewer.pages import rendered

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_OWN = ("same-origin", "none")


class Guard:
    """Lets requests through to `app` that come from its own pages and carry the token.

    The first request brings the token in its address and gets a cookie for it. Host names other
    than this machine's are refused, so that no name elsewhere can be made to lead here.
    """

    def __init__(self, app: ASGIApp, *, port: int, token: str) -> None:
        self._app, self._token = app, token
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        self._cookie = f"trialogue-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        app = self._answer(scope) or self._app
        await app(scope, receive, send_guarded)

    def _answer(self, scope: Scope) -> Response | None:
        """What is said instead of a page; None where the page may be shown."""
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        if host not in self._hosts:
            return _refused("this page is at 127.0.0.1 only", 421)
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["method"] == "GET" and scope["path"] == "/" and given:
            return self._entered() if self._right(given) else _refused(_NO_TOKEN, 403)
        if not _from_here(headers, host, changes=scope["method"] not in ("GET", "HEAD")):
            return _refused("other sites may not ask for this", 403)
        if not self._right(_cookies(headers).get(self._cookie, "")):
            return _refused(_NO_TOKEN, 403)
        return None

    def _right(self, token: str) -> bool:
        return compare_digest(token.encode(), self._token.encode())

    def _entered(self) -> Response:
        """A page that leads on without the token, so that it stays out of the history."""
        response = Response(rendered("entry"), media_type="text/html")
        response.set_cookie(self._cookie, self._token, httponly=True, samesite="strict", path="/")
        return response


_NO_TOKEN = "open the address that `trialogue view` printed; it holds the token of this session"


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(24)


def _from_here(headers: Headers, host: str, *, changes: bool) -> bool:
    """Whether a page of ours, or the person at the browser, asks."""
    origin = headers.get("origin")
    if origin is None and changes:
        return False
    if origin is not None and origin != f"http://{host}":
        return False
    return headers.get("sec-fetch-site", "none") in _OWN


def _cookies(headers: Headers) -> dict[str, str]:
    found: SimpleCookie = SimpleCookie()
    try:
        found.load(headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in found.items()}


def _refused(why: str, status: int) -> Response:
    return PlainTextResponse(f"{why}\n", status)
