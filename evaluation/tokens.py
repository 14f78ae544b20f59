"""Tokenisers by name: what a metric counts as a word."""

import re
import warnings
from collections.abc import Callable, Sequence

from trialogue.errors import UsageError

Tokenizer = Callable[[str], list[str]]

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ZH = re.compile(r"[\u3400-\u9fff]|(?:[^\W_\u3400-\u9fff])+(?:['’][^\W_\u3400-\u9fff]+)*")


def words(text: str) -> list[str]:
    """Runs of letters and digits in lower case, an apostrophe inside included; no punctuation."""
    return _WORD.findall(text.lower())


def zh_characters(text: str) -> list[str]:
    """Every Chinese character by itself, other words as `words` has them."""
    return _ZH.findall(text.lower())


def zh_words(text: str) -> list[str]:
    """Words as jieba cuts them (its dictionary comes with it), without punctuation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its source has escapes that Python no longer likes
        import jieba

    jieba.setLogLevel(60)
    return [word for word in jieba.cut(text.lower(), HMM=False) if _WORD.match(word)]


TOKENIZERS: dict[str, Tokenizer] = {
    "word": words,
    "zh_char": zh_characters,
    "zh_word": zh_words,
}


def tokenizer(name: str) -> Tokenizer:
    """The tokeniser called `name`; UsageError for another name."""
    if name not in TOKENIZERS:
        raise UsageError(f"no tokeniser is called {name!r}; there are {', '.join(TOKENIZERS)}")
    return TOKENIZERS[name]


def mostly_chinese(texts: Sequence[str], share: float = 0.3) -> bool:
    """Whether Chinese characters make up at least this share of the texts."""
    length = sum(map(len, texts))
    return length > 0 and sum(len(_CHINESE.findall(t)) for t in texts) >= share * length
