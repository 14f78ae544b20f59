"""Reads a response's body within a limit that holds before and after decompression."""

import zlib
from collections.abc import Callable

import httpx

from trialogue.tools.page import PageRefused


async def whole_body(response: httpx.Response, limit: int) -> bytes:
    """The decompressed body; PageRefused as soon as either form exceeds `limit` bytes."""
    if int(response.headers.get("content-length") or 0) > limit:
        raise _too_large(limit)
    expand = _expander(response.headers.get("content-encoding", "identity"))
    body = bytearray()
    async for raw in response.aiter_raw():
        # One byte more than allowed is enough to know, however far a bomb would expand.
        body += expand(raw, limit + 1 - len(body))
        if max(len(body), response.num_bytes_downloaded) > limit:
            raise _too_large(limit)
    return bytes(body)


def _expander(encoding: str) -> Callable[[bytes, int], bytes]:
    if encoding.strip().lower() == "identity":
        return lambda raw, room: raw
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        raise PageRefused(f"content encoding {encoding[:80]!r} was not asked for")
    stream = zlib.decompressobj(wbits=31)

    def expand(raw: bytes, room: int) -> bytes:
        try:
            return stream.decompress(raw, room)
        except zlib.error as error:
            raise PageRefused("the compressed page is damaged") from error

    return expand


def _too_large(limit: int) -> PageRefused:
    return PageRefused(f"the page is larger than the limit of {limit:,} bytes")
