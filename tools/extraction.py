"""Gets readable text out of bytes: HTML, PDF and plain text, whatever their encoding."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

DECLARED = re.compile(rb"""<meta[^>]*charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
UNSEEN = "//head | //script | //style | //nav | //noscript | //template"
EMPTY_LINES = re.compile(r"\n\s*\n")


class Extracted(NamedTuple):
    """A title ("" if there is none) and the text; Markdown where the source was HTML."""

    title: str
    text: str


def decode(body: bytes, charset: str | None = None) -> str:
    """Bytes as text, by byte-order mark, else `charset`, else UTF-8, else HTML's
    declaration, else a guess.

    Names of encodings are the web's (gb2312 means gb18030); unknown ones are passed over, and
    bytes that do not fit become U+FFFD.
    """
    import webencodings  # type: ignore[import-untyped]

    encoding = _known(charset) or _found(body)
    # The web's standard reads gbk with gb18030's decoder; the library has Python's narrower one.
    wide = "gb18030" if encoding == "gbk" else encoding
    text, _ = webencodings.decode(body, wide, errors="replace")
    return str(text)


def _known(name: str | None) -> str | None:
    import webencodings

    found = webencodings.lookup(name) if name else None
    return str(found.name) if found else None


def _found(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        declared = DECLARED.search(body[:2048])
        name = declared.group(1).decode("ascii", "replace") if declared else None
        return _known(name) or _guessed(body)
    return "utf-8"


def _guessed(body: bytes) -> str:
    import charset_normalizer

    best = charset_normalizer.from_bytes(body).best()
    return _known(best.encoding.replace("_", "-") if best else None) or "utf-8"


@contextmanager
def _parsing(kind: str) -> Iterator[None]:
    """Damaged and hostile files make parsers fail in any way; here it becomes a ValueError."""
    try:
        yield
    except Exception as error:
        why = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"not a readable {kind} file ({why[:120]})") from error


def main_text(html: str) -> Extracted:
    """Title and main text of a web page as Markdown, without what surrounds it on the site.

    The text is "" where nothing readable was found; ValueError if the page breaks the parser.
    """
    import trafilatura

    with _parsing("HTML"):
        tree = trafilatura.load_html(html)
        if tree is None:
            return Extracted("", "")
        title = _title(tree)
        text = trafilatura.extract(tree, output_format="markdown", include_comments=False)
        return Extracted(title, text or "")


def whole_text(html: str) -> Extracted:
    """Title and all of an HTML document as Markdown, tables and lists included.

    Raises ValueError if it is no HTML, or nested beyond reading.
    """
    import trafilatura
    from lxml.html import tostring  # type: ignore[import-untyped]
    from markdownify import markdownify

    with _parsing("HTML"):
        tree = trafilatura.load_html(html)
        if tree is None:
            raise ValueError("no HTML in it")
        title = _title(tree)
        for element in tree.xpath(UNSEEN):
            element.drop_tree()
        text = markdownify(tostring(tree, encoding="unicode"), heading_style="ATX", bullets="-")
        return Extracted(title, EMPTY_LINES.sub("\n\n", text).strip())


def _title(tree: Any) -> str:
    return " ".join((tree.findtext(".//title") or "").split())


def pdf_text(body: bytes, limit: int) -> Extracted:
    """Title and text of a PDF, page after page until `limit` characters; ValueError if broken."""
    import pypdf

    with _parsing("PDF"):
        reader = pypdf.PdfReader(io.BytesIO(body))
        title = str((reader.metadata and reader.metadata.title) or "")
        return Extracted(title.strip(), _pages(reader, limit))


def _pages(reader: Any, limit: int) -> str:
    texts: list[str] = []
    for page in reader.pages:
        texts.append(page.extract_text().strip())
        if sum(map(len, texts)) > limit:
            break
    return "\n\n".join(text for text in texts if text)
