"""What can go wrong at an endpoint, sorted once: what passes, what stays, what people must mend."""

import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from trialogue.errors import EndpointError, ModelError, TrialogueError
from trialogue.memory.redaction import without_keys

TRIES = 6
_QUICK_TRIES = 3
_LONGEST_WAIT = 60.0
_PASSING_STATUS = {408, 409, 425, 429}
_SPENT = re.compile(r"insufficient_quota|exceeded your current quota|billing", re.I)
_IN_REQUEST = re.compile(
    r"context.?(length|window|size)|maximum context|too (long|many tokens)|exceed_context"
    r"|content.?(filter|policy|management)|safety",
    re.I,
)


class Passing(Exception):
    """May go well on another try.

    `final` is raised after `tries`; `wait` is what the endpoint asked for, in seconds.
    """

    def __init__(self, final: TrialogueError, tries: int = TRIES, wait: float | None = None):
        super().__init__(str(final))
        self.final, self.tries, self.wait = final, tries, wait


class Refused(Exception):
    """The endpoint will never answer this request as it is; `text` is its reason."""

    def __init__(self, text: str):
        super().__init__(text)
        self.text = text

    @property
    def about_request(self) -> bool:
        """Whether the reason is plainly in the request: too long, or against a content policy."""
        return bool(_IN_REQUEST.search(self.text))


class NotFound(Refused):
    """Status 404: the model or the path does not exist."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call goes, for messages; `answered` says that it has worked in this session."""

    name: str
    url: str
    key_variable: str
    answered: bool = False


@contextmanager
def boundary(place: Place) -> Iterator[None]:
    """Turns every foreign exception into Passing, Refused, NotFound or EndpointError."""
    try:
        yield
    except Exception as error:
        # The original may quote a key, so it is not shown as the cause.
        raise classified(error, place) from None


def classified(error: Exception, place: Place) -> Exception:
    """What `error` means for a call to `place`."""
    status = _status(error)
    if status is not None:
        return _by_status(status, error, place)
    chain = list(_chain(error))
    if any(isinstance(link, ssl.SSLError) for link in chain):
        return EndpointError(f"{place.url} has no valid certificate: {plain(error)}")
    if any(_unreachable(link) for link in chain):
        return _down(place)
    if any("Timeout" in type(link).__name__ for link in chain):
        return Passing(ModelError(f"{place.name} at {place.url} did not answer in time"))
    detail = f"{type(error).__name__}: {plain(error)}"
    return Passing(ModelError(f"{place.name} at {place.url} sent no readable answer ({detail})"))


def plain(error: BaseException | str, longest: int = 300) -> str:
    """The text of an error as one line without anything that looks like a key."""
    text = " ".join(without_keys(str(getattr(error, "message", "") or error)).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def pause(number: int, wait: float | None, share: float) -> float:
    """Seconds to wait after try `number` (from 1).

    `wait` is the endpoint's wish, capped; `share` in [0, 1) spreads callers that failed together.
    """
    if wait is not None:
        return min(wait, _LONGEST_WAIT) + share
    return min(0.5 * 2.0 ** (number - 1), _LONGEST_WAIT) * (0.5 + share)


def asked_wait(headers: Any, now: float) -> float | None:
    """Seconds of a Retry-After header, which may hold seconds or a date; None without one."""
    value = headers.get("retry-after") if headers is not None else None
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except ValueError:
            return None
    # A comparison with NaN is false, so it ends as no wait.
    return seconds if seconds > 0 else 0.0


def _by_status(status: int, error: Exception, place: Place) -> Exception:
    said = plain(error)
    if status in (401, 403):
        return EndpointError(f"{place.url} refuses the key in {place.key_variable} ({status})")
    if status == 402 or (status == 429 and _SPENT.search(said)):
        return EndpointError(f"{place.url}: no quota or money left on this account: {said}")
    if status == 404:
        return NotFound(said)
    if status in _PASSING_STATUS or status >= 500 or status < 400:
        final = ModelError(f"{place.name} at {place.url} failed with status {status}: {said}")
        response = getattr(error, "response", None)
        wait = asked_wait(getattr(response, "headers", None), time.time())
        return _lasting(status, said) or Passing(final, wait=wait)
    return Refused(said)


def _lasting(status: int, said: str) -> Refused | None:
    """Local servers report with status 500 what will not change."""
    lasting = _IN_REQUEST.search(said) or re.search(r"system role|grammar", said, re.I)
    return Refused(said) if status >= 500 and lasting else None


def _down(place: Place) -> Passing:
    if place.answered:
        return Passing(EndpointError(f"{place.url} has stopped answering; start it again"))
    advice = "start it or choose another with --base-url"
    return Passing(EndpointError(f"nothing answers at {place.url}; {advice}"), _QUICK_TRIES)


def _status(error: Exception) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int):
            return status
    return None


def _unreachable(error: BaseException) -> bool:
    known = isinstance(error, ConnectionRefusedError | socket.gaierror)
    return known or type(error).__name__ in ("ConnectError", "ConnectTimeout")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__
