"""Gets readable text out of bytes: HTML, PDF and plain text, whatever their encoding."""

import io
import re
from typing import Any, NamedTuple

DECLARED = re.compile(rb"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
EMPTY_LINES = re.compile(r"\n\s*\n")


class Extracted(NamedTuple):
    """A title ("" if there is none) and the text; Markdown where the source was HTML."""

    title: str
    text: str


def decode(body: bytes, charset: str | None = None) -> str:
    """Bytes as text, by byte-order mark, else `charset`, else HTML's declaration, else a guess.

    Names of encodings are the web's (gb2312 means gb18030); unknown ones are passed over, and
    bytes that do not fit become U+FFFD.
    """
    import webencodings  # type: ignore[import-untyped]

    found = DECLARED.search(body[:2048])
    names = [charset, found.group(1).decode("ascii", "replace") if found else None]
    known = [encoding for name in names if name and (encoding := webencodings.lookup(name))]
    text, _ = webencodings.decode(body, known[0] if known else _guess(body), errors="replace")
    return str(text)


def _guess(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        import charset_normalizer

        best = charset_normalizer.from_bytes(body).best()
        return _web_name(best.encoding) if best else "utf-8"
    return "utf-8"


def _web_name(encoding: str) -> str:
    import webencodings

    name = encoding.replace("_", "-")
    return name if webencodings.lookup(name) else "utf-8"


def main_text(html: str) -> Extracted:
    """Title and main text of a web page as Markdown, without what surrounds it on the site.

    The text is "" where nothing readable was found.
    """
    import trafilatura

    tree = trafilatura.load_html(html)
    if tree is None:
        return Extracted("", "")
    title = _title(tree)
    text = trafilatura.extract(tree, output_format="markdown", include_comments=False)
    return Extracted(title, text or "")


def whole_text(html: str) -> Extracted:
    """Title and all of an HTML document as Markdown, tables and lists included.

    Raises ValueError if it is no HTML or nested beyond reading.
    """
    import trafilatura
    from lxml.html import tostring  # type: ignore[import-untyped]
    from markdownify import markdownify

    tree = trafilatura.load_html(html)
    if tree is None:
        raise ValueError("not readable HTML")
    title = _title(tree)
    for element in tree.xpath("//head | //script | //style | //nav | //noscript | //template"):
        element.drop_tree()
    try:
        text = markdownify(tostring(tree, encoding="unicode"), heading_style="ATX", bullets="-")
    except RecursionError as error:
        raise ValueError("HTML nested too deeply") from error
    return Extracted(title, EMPTY_LINES.sub("\n\n", text).strip())


def _title(tree: Any) -> str:
    return " ".join((tree.findtext(".//title") or "").split())


def pdf_text(body: bytes, limit: int) -> Extracted:
    """Title and text of a PDF, page after page until `limit` characters; ValueError if broken."""
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(body))
        title = str((reader.metadata and reader.metadata.title) or "")
        return Extracted(title.strip(), _pages(reader, limit))
    except Exception as error:
        # A damaged file makes the parser fail in many ways (KeyError, RecursionError, …).
        why = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"not a readable PDF ({why[:120]})") from error


def _pages(reader: Any, limit: int) -> str:
    texts: list[str] = []
    for page in reader.pages:
        texts.append(page.extract_text().strip())
        if sum(map(len, texts)) > limit:
            break
    return "\n\n".join(text for text in texts if text)
