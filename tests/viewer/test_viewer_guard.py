"""Who may look at a run: this machine, with the token, and no other site."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from made_tasks import made_run

from trialogue.reviews import REVIEWS

Enter = Callable[[Path], Any]


def test_without_the_token_nothing_is_shown(tmp_path: Path, visit: Enter) -> None:
    served = visit(made_run(tmp_path / "run", 2)).served
    for address in ("/", "/dialogue/accepted/0", "/assets/viewer.css", "/events", "/?token=wrong"):
        answer = httpx.get(f"{served.origin}{address}", timeout=300)
        assert answer.status_code == 403
        assert "trialogue view" in answer.text
        assert "Oslo" not in answer.text


def test_the_token_becomes_a_cookie_that_scripts_and_other_sites_do_not_get(
    tmp_path: Path, visit: Enter
) -> None:
    served = visit(made_run(tmp_path / "run", 2)).served
    answer = httpx.get(served.address, timeout=300)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert served.token not in answer.text
    assert len(served.token) >= 32


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "[::1]:1", ""])
def test_a_name_that_was_made_to_lead_here_is_refused(
    host: str, tmp_path: Path, visit: Enter
) -> None:
    met = visit(made_run(tmp_path / "run", 2))
    assert met.client.get("/", headers={"Host": host}).status_code in (400, 421)
    assert met.client.get("/").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_sites_are_refused_even_with_the_cookie(
    headers: dict[str, str], tmp_path: Path, visit: Enter
) -> None:
    folder = made_run(tmp_path / "run", 2)
    met = visit(folder)
    assert met.client.get("/", headers=headers).status_code == 403
    form = {"decision": "accept"}
    assert met.client.post("/review/0", data=form, headers=headers).status_code == 403
    assert met.client.post("/review/0", data=form).status_code == 403  # no browser leaves it out
    assert not (folder / REVIEWS).exists()


def test_every_answer_is_closed_to_other_sites(tmp_path: Path, visit: Enter) -> None:
    met = visit(made_run(tmp_path / "run", 2))
    for address in ("/", "/dialogue/accepted/0", "/missing", "/assets/viewer.js"):
        headers = met.client.get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_only_this_machine_is_listened_to(tmp_path: Path, visit: Enter) -> None:
    assert visit(made_run(tmp_path / "run", 2)).served.origin.startswith("http://127.0.0.1:")


def test_nothing_beside_the_assets_is_served(tmp_path: Path, visit: Enter) -> None:
    met = visit(made_run(tmp_path / "run", 2))
    for name in ("../server.py", "..%2fserver.py", "server.py", "%2e%2e/server.py", "viewer.css/"):
        assert met.client.get(f"/assets/{name}").status_code in (404, 405, 307)
