"""Words of a text, and how many of them a word list knows."""

import re
from functools import cache
from typing import Any

from trialogue.agents.controls.files import data
from trialogue.records import Language

_EN = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_ZH = re.compile("[\u3400-\u9fff]")
_SENTENCE = re.compile(
    r"(?<=[.!?。！？])(?<!\b[DMS][rst]\.)(?<!\bMrs\.)(?<!\bNo\.)(?:\s+|(?<=[。！？]))"
)


def words(text: str, language: Language) -> list[str]:
    """The words of an English text, the characters of a Chinese one; figures are left out."""
    return [word.lower() for word in (_ZH if language == "zh" else _EN).findall(text)]


def sentences(text: str) -> list[str]:
    """The sentences of a text, without space around them."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def known(text: str, listed: str, language: Language) -> int:
    """How much of a text the word list `listed` knows.

    English: the words or phrases found, `*` in a list standing for any ending. Chinese: the
    characters that the found words cover.
    """
    found = _pattern(listed, language).findall(text.replace("’", "'"))
    return sum(map(len, found)) if language == "zh" else len(found)


def hits(text: str, listed: str, language: Language) -> int:
    """How many words or phrases of the word list `listed` stand in a text."""
    return len(_pattern(listed, language).findall(text.replace("’", "'")))


def starts_with(text: str, listed: str, language: Language) -> bool:
    """Whether a text begins with a word or phrase of the list."""
    return bool(_pattern(listed, language).match(text.replace("’", "'")))


@cache
def _pattern(listed: str, language: Language) -> re.Pattern[str]:
    entries: Any = data("control_words")[language]
    for key in listed.split("."):
        entries = entries[key]
    # The longest first, so that a phrase is not cut short by its first word.
    parts = [_entry(entry) for entry in sorted(entries, key=lambda e: (-len(e), e))]
    body = "|".join(parts)
    return re.compile(body if language == "zh" else rf"(?<![\w'])(?:{body})(?![\w'])", re.I)


def _entry(entry: str) -> str:
    return re.escape(entry).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
