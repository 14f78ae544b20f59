"""What is searched for, and searched in, as SQLite's full-text index takes it."""

import re

# Chinese, Japanese and Korean are written without spaces: each character is a word of its own.
_ALONE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_EACH = re.compile(f"([{_ALONE}])")
_WORD = re.compile(r'"([^"]+)"|([^\s"]+)')
_MOST = 24  # words


def indexed(text: str) -> str:
    """A text as it goes into the index."""
    return text if text.isascii() else _EACH.sub(r" \1 ", text)


def query(asked: str) -> str:
    """A query for all words of `asked`, each as a beginning; what stands in quotes, as it is.

    Nothing in it is an operator. Empty where there is nothing to look for.
    """
    found = []
    for quoted, word in _WORD.findall(asked.replace("\x00", " "))[:_MOST]:
        text = quoted or word
        if any(character.isalnum() for character in text):
            spaced = " ".join(indexed(text).split())
            found.append(f'"{spaced}"' + ("" if quoted else "*"))
    return " ".join(found)
