"""Headless Chromium, driven by Playwright; tests skip with a reason where either is missing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE: "ViewportSize" = {"width": 390, "height": 800}
PATIENCE = 180_000  # milliseconds until a test gives up, on however slow a machine
DESK: "ViewportSize" = {"width": 1280, "height": 900}


@contextmanager
def launched() -> "Iterator[Browser]":
    """A browser; nothing is fetched to have one."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("there is no Chromium on the PATH (Debian: apt install chromium)")
    with playwright.sync_playwright() as driver:
        # Inside a container there are no user namespaces for the sandbox.
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page that keeps what went wrong on it and what it asked for from elsewhere."""

    def __init__(self, page: "Page", origin: str) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.elsewhere: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda said: self._said(said.type, said.text))
        page.on("dialog", lambda dialog: self.wrong.append(dialog.message))
        page.on("request", lambda asked: self._asked(asked.url, origin))

    def _said(self, kind: str, text: str) -> None:
        if kind == "error":
            self.wrong.append(text)

    def _asked(self, url: str, origin: str) -> None:
        if not url.startswith((origin, "data:", "blob:")):
            self.elsewhere.append(url)

    def check(self) -> None:
        """Nothing went wrong, and nothing was asked for from elsewhere."""
        assert self.wrong == []
        assert self.elsewhere == []

    def serious(self) -> list[str]:
        """The serious faults that axe-core finds, each with where."""
        axe = pytest.importorskip("axe_core_python.sync_playwright", reason="axe is not installed")
        found: dict[str, Any] = axe.Axe().run(self.page)
        return [
            f"{one['id']}: {node['html'][:120]} {node.get('failureSummary', '')}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        wide: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide
