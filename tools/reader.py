"""Reads one web page as text, with a limit on everything a hostile server could stretch.

Proxies named in the environment are not used: a proxy would resolve the name again, behind
the check of its address.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

from trialogue.tools.extraction import Extracted, decode, main_text, pdf_text
from trialogue.tools.making import make_tool
from trialogue.tools.page import Page, PageRefused, ReaderLimits
from trialogue.tools.plugins import one_line

if TYPE_CHECKING:
    import httpx
    from langchain_core.tools import BaseTool

__all__ = ["Page", "PageRefused", "ReaderLimits", "page_reader", "read_page"]

HTML = ("text/html", "application/xhtml+xml")
PLAIN = ("text/plain", "text/markdown", "text/x-markdown")
PDF = ("application/pdf", "application/x-pdf")
HEADERS = {
    "Accept": ", ".join((*HTML, *PLAIN, *PDF)),
    "Accept-Encoding": "gzip",
    "User-Agent": "Mozilla/5.0 (compatible; Trialogue)",
}


async def read_page(
    address: str, *, limits: ReaderLimits | None = None, allow_private: bool = False
) -> Page:
    """The page at an http(s) address: where redirects led, title, main text.

    HTML comes as Markdown without navigation, PDF and plain text as text. `allow_private`
    opens private networks, for an intranet. Raises PageRefused.
    """
    import httpx

    limits = limits or ReaderLimits()
    shown = " ".join(address.split())[:200]
    try:
        async with asyncio.timeout(limits.seconds):
            return await _read(address, limits, allow_private)
    except PageRefused as error:
        raise PageRefused(f"{shown}: {error}") from error
    except TimeoutError as error:
        raise PageRefused(f"{shown}: not read within {limits.seconds:g} s") from error
    except httpx.TooManyRedirects as error:
        raise PageRefused(f"{shown}: more than {limits.redirects} redirects") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PageRefused(f"{shown}: {one_line(error)}") from error


async def _read(address: str, limits: ReaderLimits, allow_private: bool) -> Page:
    from trialogue.tools.page_body import whole_body

    async with _response(address, limits, allow_private) as response:
        if response.status_code != 200:
            raise PageRefused(f"the server answered {response.status_code}")
        kind = _kind(response)
        body = await whole_body(response, limits.bytes)
    charset = response.charset_encoding
    title, text = await asyncio.to_thread(_extract, kind, body, charset, limits.characters)
    if not text.strip():
        raise PageRefused("the page has no readable text")
    return Page(address=str(response.url), title=title, text=text[: limits.characters])


@asynccontextmanager
async def _response(
    address: str, limits: ReaderLimits, allow_private: bool
) -> AsyncIterator["httpx.Response"]:
    import httpx

    from trialogue.tools.public_addresses import CheckedTransport

    client = httpx.AsyncClient(
        transport=CheckedTransport(allow_private=allow_private),
        trust_env=False,
        headers=HEADERS,
        follow_redirects=True,
        max_redirects=limits.redirects,
        timeout=limits.seconds,
    )
    async with client, client.stream("GET", address) as response:
        yield response


def _kind(response: "httpx.Response") -> str:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (*HTML, *PLAIN, *PDF):
        raise PageRefused(f"content type {kind[:80] or 'unknown'!r} is not HTML, text or PDF")
    return str(kind)


def _extract(kind: str, body: bytes, charset: str | None, limit: int) -> Extracted:
    try:
        if kind in PDF:
            return pdf_text(body, limit)
        text = decode(body, charset)
        return main_text(text) if kind in HTML else Extracted("", text)
    except ValueError as error:
        raise PageRefused(str(error)) from error


def page_reader(
    *, characters: int = 4000, limits: ReaderLimits | None = None, allow_private: bool = False
) -> "BaseTool":
    """The tool `read_page(address)`: title and text, cut to `characters`, or why there is none."""

    async def read(address: Annotated[str, "The page's http or https address"]) -> str:
        try:
            page = await read_page(address, limits=limits, allow_private=allow_private)
        except PageRefused as error:
            return f"error: {error}"
        return f"{page.title}\n\n{page.text}".strip()[:characters]

    return make_tool(
        read, name="read_page", description="Reads a web page or PDF and returns its main text."
    )
