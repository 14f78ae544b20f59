"""Splits a document into passages that can be read on their own.

A passage is a run of whole blocks of one section: sentences, table rows and list items are
never cut, and what a block leads into ("covered are:") stays with it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from trialogue.records import Passage
from trialogue.tools.document_blocks import Unit, markdown_sections, size, text_units
from trialogue.tools.document_files import Document

LEAST, MOST = 40, 160


def split(document: Document) -> list[Passage]:
    """The passages of a document, in order, 40 to 160 words each where its sections allow it.

    One and a half Chinese characters count as a word. `heading` is the path of headings down
    to the passage ("Travel > Hotels"), or the document's title where there is none; `id` is a
    hash of source, heading and text.
    """
    return [
        _passage(document.source, heading or document.title, text)
        for heading, units in _sections(document)
        for text in _packed(units)
    ]


def _passage(source: str, heading: str, text: str) -> Passage:
    digest = hashlib.sha256("\0".join((source, heading, text)).encode()).hexdigest()
    return Passage(id=digest[:16], text=text, source=source, heading=heading)


class _Section(NamedTuple):
    heading: str
    units: list[Unit]


def _sections(document: Document) -> Iterator[_Section]:
    if document.form == "text":
        yield _Section("", text_units(document.text, MOST))
        return
    sections = markdown_sections(document.text, MOST)
    for section, following in zip(sections, [*sections[1:], None], strict=True):
        leads_on = following is not None and len(following.path) > len(section.path)
        if section.path and not section.units and not leads_on:
            yield _Section(" > ".join(section.path), [Unit(section.path[-1])])
        else:
            yield _Section(" > ".join(section.path), section.units)


def _packed(units: Iterable[Unit]) -> list[str]:
    """Consecutive units joined to passages of LEAST to MOST words, as far as units allow."""
    groups: list[list[Unit]] = [[]]
    words = 0.0
    for unit in _led_in(units):
        if words >= LEAST and words + size(unit.text) > MOST:
            groups.append([])
            words = 0.0
        groups[-1].append(unit)
        words += size(unit.text)
    if len(groups) > 1 and words < LEAST and _words(groups[-2]) + words <= MOST + LEAST:
        tail = groups.pop()
        groups[-1] += tail
    texts = [group[0].header + "".join(unit.text for unit in group) for group in groups if group]
    return [text.strip() for text in texts if text.strip()]


def _words(group: list[Unit]) -> float:
    return sum(size(unit.text) for unit in group)


def _led_in(units: Iterable[Unit]) -> Iterator[Unit]:
    """Every lead-in joined to what it leads into, and repeated with later parts of that."""
    lead = repeated = ""
    for unit in units:
        if unit.leads_in:
            lead += unit.text
            continue
        repeated = repeated if unit.part else lead
        yield unit._replace(text=lead + unit.text, header=(repeated + unit.header) * unit.part)
        lead = ""
    if lead:
        yield Unit(lead)
