import email.utils
import socket
import ssl
from types import SimpleNamespace
from typing import Any

import pytest

from trialogue.agents.failures import (
    NotFound,
    Passing,
    Place,
    Refused,
    asked_wait,
    boundary,
    classified,
    pause,
    plain,
)
from trialogue.errors import EndpointError, ModelError

PLACE = Place("openai:tiny", "http://here/v1", "OPENAI_API_KEY")
NOW = 1_800_000_000.0


class Status(Exception):
    """An error in the shape that SDKs give it."""

    def __init__(self, status: int, text: str = "no", **headers: str) -> None:
        super().__init__(text)
        self.status_code = status
        self.response = SimpleNamespace(
            headers={k.replace("_", "-"): v for k, v in headers.items()}
        )


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 529])
def test_what_may_pass_is_tried_again(status: int) -> None:
    found = classified(Status(status), PLACE)
    assert isinstance(found, Passing)
    assert isinstance(found.final, ModelError)
    assert str(status) in str(found.final)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Status(401), EndpointError),
        (Status(403), EndpointError),
        (Status(402), EndpointError),
        (Status(429, "You exceeded your current quota"), EndpointError),
        (Status(429, "too many tokens this minute"), Passing),
        (Status(404), NotFound),
        (Status(400), Refused),
        (Status(422), Refused),
        (Status(500, "System role not supported"), Refused),
        (ssl.SSLCertVerificationError("self-signed"), EndpointError),
        (socket.gaierror("no such host"), Passing),
        (TimeoutError(), Passing),
        (ValueError("not JSON"), Passing),
    ],
)
def test_every_failure_has_one_class(error: Exception, kind: type[Exception]) -> None:
    assert type(classified(error, PLACE)) is kind


def test_the_root_of_a_chain_decides() -> None:
    try:
        try:
            raise ConnectionRefusedError("111")
        except OSError as error:
            raise RuntimeError("Connection error.") from error
    except RuntimeError as error:
        found = classified(error, PLACE)
    assert isinstance(found, Passing)
    assert str(found.final).startswith("nothing answers at http://here/v1; start it")


def test_an_endpoint_that_has_answered_gets_more_patience() -> None:
    new = classified(ConnectionRefusedError(), PLACE)
    known = classified(ConnectionRefusedError(), Place("m", "u", "K", answered=True))
    assert isinstance(new, Passing)
    assert isinstance(known, Passing)
    assert new.tries < known.tries


def test_the_boundary_hides_the_original_and_lets_success_through() -> None:
    with boundary(PLACE):
        pass
    with pytest.raises(Refused) as caught, boundary(PLACE):
        raise Status(400, "bad")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_errors_are_one_short_line_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "super-hidden-value")
    said = plain(f"bad key sk-abcdefghijkl or super-hidden-value\n\n{'x' * 999}")
    assert "abcdefgh" not in said
    assert "super-hidden" not in said
    assert "\n" not in said
    assert len(said) == 300


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("nan", 0.0),
        (email.utils.formatdate(NOW + 20, usegmt=True), 20.0),
        (email.utils.formatdate(NOW - 20, usegmt=True), 0.0),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    headers: dict[str, Any] = {} if value is None else {"retry-after": value}
    assert asked_wait(headers, NOW) == seconds


def test_pauses_double_spread_and_have_an_end() -> None:
    assert [pause(n, None, 0.5) for n in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, 4.0]
    assert pause(1, None, 0.0) < pause(1, None, 0.9)
    assert pause(50, None, 0.99) < 100
    assert 7 <= pause(1, 7.0, 0.3) < 8
    assert pause(1, 86_400.0, 0.3) < 62
