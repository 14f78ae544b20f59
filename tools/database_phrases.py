"""The fixed words around made tools, in each language."""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import yaml

from trialogue.records import Language


@cache
def _source() -> str:
    return (files("trialogue.tools") / "database_phrases.yaml").read_text(encoding="utf-8")


@cache
def _phrases() -> Any:
    return yaml.safe_load(_source())


def phrases_version() -> str:
    """A hash of all phrases."""
    return sha256(_source().encode()).hexdigest()[:12]


def phrase(language: Language) -> Callable[..., str]:
    """`said(name, **words)`: a fixed phrase of the language with words filled in."""
    known = _phrases()[language]

    def said(name: str, /, **words: object) -> str:
        return str(known[name]).format(**words)

    return said
