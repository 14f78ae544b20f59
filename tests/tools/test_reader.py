import gzip
import io
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from trialogue.tools import public_addresses
from trialogue.tools.extraction import decode
from trialogue.tools.page_body import PageRefused
from trialogue.tools.public_addresses import is_public
from trialogue.tools.reader import Page, ReaderLimits, page_reader, read_page

ARTICLE = "".join(
    f"<p>Paragraph {i} of the travel rules says that hotels are paid up to {i}50 yuan a night.</p>"
    for i in range(1, 8)
)
HTML = f"""<html><head><title>Travel  rules</title></head><body><nav>Home Shop Login</nav>
<article><h1>Travel rules</h1>{ARTICLE}</article><footer>All rights reserved</footer></body></html>"""


def reply(reply_type: Any, kind: str, body: Any, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda path: reply_type(headers={"Content-Type": kind, **named}, body=body)


async def refusal(address: str, **options: Any) -> str:
    with pytest.raises(PageRefused) as caught:
        await read_page(address, **options)
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(" ".join(address.split())[:50])
    return text
