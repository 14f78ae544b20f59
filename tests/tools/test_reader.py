"""The page reader against real servers on loopback."""

import asyncio
import gzip
import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from http_loopback import LoopbackServer, Reply
from pypdf import PdfWriter

from trialogue.tools.reader import PageRefused, ReaderLimits, page_reader, read_page

Serve = Callable[..., LoopbackServer]

PARAGRAPHS = "".join(
    f"<p>Rule {i} of the company says that hotels are paid up to {i}50 yuan a night.</p>"
    for i in range(1, 9)
)
HTML = (
    "<html><head><title>Travel\n rules</title></head><body><nav>Home Shop Login</nav>"
    f"<article><h1>Travel rules</h1>{PARAGRAPHS}</article><footer>Imprint</footer></body></html>"
)


async def read(address: str, **options: Any) -> tuple[str, str]:
    page = await read_page(address, allow_private=True, **options)
    return page.title, page.text


async def refusal(address: str, **options: Any) -> str:
    with pytest.raises(PageRefused) as caught:
        await read_page(address, **{"allow_private": True, **options})
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_reads_the_main_text_and_title(serve: Serve) -> None:
    title, text = await read(serve(Reply(HTML.encode())).address)
    assert title == "Travel rules"
    assert "Rule 8 of the company says that hotels are paid up to 850 yuan a night." in text
    assert "Shop" not in text


async def test_follows_redirects_and_names_the_final_address(serve: Serve) -> None:
    def answer(path: str) -> Reply:
        step = int(path[1:])
        if step == 5:
            return Reply(b"arrived", kind="text/plain")
        return Reply(status=302, headers={"Location": f"/{step + 1}"})

    server = serve(answer)
    page = await read_page(f"{server.address}/0", allow_private=True)
    assert (page.address, page.text) == (f"{server.address}/5", "arrived")


async def test_stops_in_a_redirect_loop(serve: Serve) -> None:
    server = serve(Reply(status=301, headers={"Location": "/again"}))
    assert "more than 5 redirects" in await refusal(server.address)
    assert len(server.requests) == 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://x/"])
async def test_redirects_stay_on_http(serve: Serve, target: str) -> None:
    server = serve(Reply(status=302, headers={"Location": target}))
    assert "only plain http and https" in await refusal(server.address)


async def test_names_the_size_limit_of_large_and_endless_pages(
    serve: Serve, until_the_end: threading.Event
) -> None:
    def endless() -> Any:
        while not until_the_end.is_set():
            yield b"<p>" + b"x" * 1_000_000

    assert "limit of 3,000,000 bytes" in await refusal(serve(Reply(endless())).address)
    assert "limit of 3,000,000 bytes" in await refusal(serve(Reply(b"x" * 10**7)).address)


async def test_counts_bytes_after_decompression(serve: Serve) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < 100_000
    server = serve(Reply(bomb, headers={"Content-Encoding": "gzip"}))
    assert "limit of 3,000,000 bytes" in await refusal(server.address)


async def test_reads_compressed_pages(serve: Serve) -> None:
    packed = gzip.compress(HTML.encode())
    title, text = await read(serve(Reply(packed, headers={"Content-Encoding": "gzip"})).address)
    assert title == "Travel rules"
    assert "850 yuan" in text


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [("gzip", b"not gzip", "damaged"), ("zstd", b"(\xb5/\xfd", "was not asked for")],
)
async def test_refuses_other_and_broken_compression(
    serve: Serve, encoding: str, body: bytes, reason: str
) -> None:
    server = serve(Reply(body, headers={"Content-Encoding": encoding}))
    assert reason in await refusal(server.address)


async def test_ends_a_slow_drip(serve: Serve, until_the_end: threading.Event) -> None:
    def drip() -> Any:
        while not until_the_end.wait(0.02):
            yield b"."

    text = await refusal(serve(Reply(drip())).address, limits=ReaderLimits(seconds=0.3))
    assert "not read within 0.3 s" in text


@pytest.mark.parametrize("kind", ["image/png", "application/json", "", "text/html2"])
async def test_refuses_other_content_types(serve: Serve, kind: str) -> None:
    assert "is not HTML, text or PDF" in await refusal(serve(Reply(b"{}", kind=kind)).address)


async def test_refuses_errors_and_empty_pages(serve: Serve) -> None:
    assert "answered 404" in await refusal(serve(Reply(b"no", status=404)).address)
    assert "no readable text" in await refusal(serve(Reply(b"<html></html>")).address)


async def test_says_when_nobody_answers(serve: Serve) -> None:
    with LoopbackServer(lambda path: Reply()) as server:
        address = server.address
    assert "ConnectError" in await refusal(address)


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [("text/plain; charset=gb2312", "gb18030"), ("text/plain; charset=shift_jis", "shift_jis")],
)
async def test_uses_the_charset_of_the_header(serve: Serve, kind: str, encoding: str) -> None:
    server = serve(Reply("住宿 450 元".encode(encoding), kind=kind))
    assert (await read(server.address))[1] == "住宿 450 元"


async def test_uses_the_charset_of_the_page(serve: Serve) -> None:
    page = f'<html><head><meta charset="gbk"><title>住宿标准</title></head>{PARAGRAPHS}</html>'
    server = serve(Reply(page.encode("gbk"), kind="text/html"))
    assert (await read(server.address))[0] == "住宿标准"


async def test_reads_a_pdf_and_refuses_a_broken_one(serve: Serve) -> None:
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(buffer)
    pdf = "application/pdf"
    assert "no readable text" in await refusal(serve(Reply(buffer.getvalue(), kind=pdf)).address)
    assert "not a readable PDF file" in await refusal(serve(Reply(b"%PDF-1.7 x", kind=pdf)).address)


async def test_the_tool_cuts_its_text_and_reports_refusals(serve: Serve) -> None:
    tool = page_reader(characters=100, allow_private=True)
    address = serve(Reply(HTML.encode())).address
    text = await tool.ainvoke({"address": address})
    assert text.startswith("Travel rules\n\n")
    assert len(text) == 100
    assert await asyncio.to_thread(tool.invoke, {"address": address}) == text
    refused = await page_reader().ainvoke({"address": address})
    assert refused.startswith("error: ")
    assert "127.0.0.1 is not a public address" in refused
