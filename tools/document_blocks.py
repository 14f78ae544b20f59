"""Cuts a document's text into its sections and the smallest units a passage may consist of.

Units are consecutive slices of the text with the white space that follows them, so that
joining them gives the text back.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it.token import Token

DEEPEST = 3
TABLE_ROWS = 15
CHINESE = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[^\W\u3400-\u9fff]+")
FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)
LINE = re.compile(r".*\n|.+")
PARAGRAPH = re.compile(r".+?(?:\n[^\S\n]*\n\s*|\Z)", re.DOTALL)
SENTENCE_END = re.compile(
    r"(?P<word>\w{0,8})[.!?][\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_]*[A-Z0-9\u3400-\u9fff])"
    r"|[。！？][\"'”’）」』]*\s*"
)
# After these a full stop does not end the sentence; leaving two sentences together does no harm.
ABBREVIATION = re.compile(
    r"[A-Za-z]|approx|art|cf|co|corp|dr|etc|ext|fig|inc|incl|jr|ltd|max|min|mr|mrs|ms|no|nos"
    r"|para|pp|prof|sec|sr|st|tel|vol|vs",
    re.IGNORECASE,
)


class Unit(NamedTuple):
    """What is never cut.

    `leads_in`: the next unit belongs to it; `part`: it goes on with the list or table of the
    unit before; `header`: rows to repeat when a passage starts with it.
    """

    text: str
    leads_in: bool = False
    part: bool = False
    header: str = ""


class MarkdownSection(NamedTuple):
    """The units below one heading; `path` are the headings down to it, levels 1 to 3."""

    path: tuple[str, ...]
    units: list[Unit]


def size(text: str) -> float:
    """Words, where one and a half Chinese characters count as one."""
    return len(WORD.findall(text)) + len(CHINESE.findall(text)) / 1.5


def text_units(text: str, most: int) -> list[Unit]:
    """Paragraphs (set off by empty lines) of plain text; longer ones by sentences."""
    paragraphs = PARAGRAPH.findall(text)
    return [unit for paragraph in paragraphs for unit in _paragraph(paragraph, most)]


def markdown_sections(text: str, most: int) -> list[MarkdownSection]:
    """The sections of a Markdown text, front matter and comments left out."""
    from markdown_it import MarkdownIt

    text = FRONT_MATTER.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = LINE.findall(text)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    sections = [MarkdownSection((), [])]
    levels: list[int] = []
    for index, start, end in _blocks(tokens, len(lines)):
        token, source = tokens[index], "".join(lines[start:end])
        level = int(token.tag[1]) if token.type == "heading_open" else DEEPEST + 1
        if level > DEEPEST:
            sections[-1].units.extend(_units(tokens, index, source, start, most))
            continue
        kept = sum(other < level for other in levels)
        levels = [*levels[:kept], level]
        title = _plain(tokens[index + 1])
        sections.append(MarkdownSection((*sections[-1].path[:kept], title), []))
    return sections


def _blocks(tokens: Sequence["Token"], lines: int) -> Iterator[tuple[int, int, int]]:
    """Token index, first line and line after the last of every block, without gaps."""
    opened = [i for i, token in enumerate(tokens) if token.level == 0 and token.nesting >= 0]
    starts = [0, *(_lines(tokens[i])[0] for i in opened[1:])]
    ends = [*starts[1:], lines]
    return zip(opened, starts, ends, strict=False)


def _lines(token: "Token") -> tuple[int, int]:
    first, after = token.map or (0, 0)
    return first, after


def _plain(inline: "Token") -> str:
    parts = [" " if child.type == "softbreak" else child.content for child in inline.children or []]
    return "".join(parts).strip()


def _units(tokens: Sequence["Token"], index: int, source: str, start: int, most: int) -> list[Unit]:
    token = tokens[index]
    content = token.content.strip()
    comment = content.startswith("<!--") and content.endswith("-->")
    if token.type == "hr" or (token.type == "html_block" and comment):
        return []
    if token.type == "heading_open":
        return [Unit(source, leads_in=True)]
    if token.type == "table_open":
        return _table(source)
    if token.type == "paragraph_open":
        return _paragraph(source, most)
    if token.type.endswith("list_open") and size(source) > most:
        return _items(tokens[index:], source, start)
    return [Unit(source)]


def _table(source: str) -> list[Unit]:
    rows = LINE.findall(source)
    header, body = "".join(rows[:2]), rows[2:]
    if len(body) < TABLE_ROWS:
        return [Unit(source)]
    parts = [body[i : i + TABLE_ROWS - 3] for i in range(0, len(body), TABLE_ROWS - 3)]
    first, *others = ["".join(part) for part in parts]
    return [Unit(header + first), *(Unit(part, part=True, header=header) for part in others)]


def _items(tokens: Sequence["Token"], source: str, start: int) -> list[Unit]:
    lines = LINE.findall(source)
    closing = next(i for i, token in enumerate(tokens) if token.level == 0 and token.nesting < 0)
    items = [t for t in tokens[:closing] if t.type == "list_item_open" and t.level == 1]
    cuts = [0, *(_lines(item)[0] - start for item in items[1:]), len(lines)]
    texts = ["".join(lines[a:b]) for a, b in pairwise(cuts)]
    return [Unit(text, part=number > 0) for number, text in enumerate(texts)]


def _paragraph(text: str, most: int) -> list[Unit]:
    leads_in = text.rstrip().rstrip("*_").endswith((":", "："))
    if size(text) <= most:
        return [Unit(text, leads_in)]
    units = [Unit(part) for sentence in _sentences(text) for part in _unbroken(sentence, most)]
    return [*units[:-1], Unit(units[-1].text, leads_in)]


def _sentences(text: str) -> list[str]:
    cuts = [
        match.end()
        for match in SENTENCE_END.finditer(text)
        if not ABBREVIATION.fullmatch(match.group("word") or "")
    ]
    edges = [0, *cuts, len(text)]
    return [text[a:b] for a, b in pairwise(edges) if b > a]


def _unbroken(sentence: str, most: int) -> list[str]:
    """Lines without any full stop (a table in a PDF, say) are no sentence and end with the line."""
    return LINE.findall(sentence) if size(sentence) > 2 * most else [sentence]
