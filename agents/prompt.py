"""Prompts: one Markdown file each, split into messages, filled by plain replacement.

Texts of a recipe may stand in for files; they are named "en/answer".
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from trialogue.errors import UsageError

Message = tuple[str, str]

_HEADING = re.compile(r"^# (system|user|assistant)$", re.MULTILINE)
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_NONE: Mapping[str, str] = {}
_REPLACED: ContextVar[Mapping[str, str]] = ContextVar("replaced prompts", default=_NONE)
_REPEAT = re.compile(r"^# examples$\n(.*?)^# end$\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Prompt:
    """A prompt as messages with `{{name}}` places; `version` is the hash of its file.

    The part between `# examples` and `# end` is repeated once for every example given.
    """

    name: str
    source: str
    version: str

    @property
    def places(self) -> frozenset[str]:
        """Names to be filled outside the examples."""
        return frozenset(_PLACE.findall(_REPEAT.sub("", self.source)))

    def fill(
        self, values: Mapping[str, str], examples: tuple[Mapping[str, str], ...] = ()
    ) -> list[Message]:
        """The messages as (role, text) pairs.

        Raises ValueError when a place has no value or a value has no place.
        """
        if unmatched := self.places ^ set(values):
            raise ValueError(f"prompt {self.name}: places and values differ in {sorted(unmatched)}")
        repeated = _REPEAT.search(self.source)
        body = repeated.group(1) if repeated else ""
        head, tail = _REPEAT.split(self.source)[::2] if repeated else ("", self.source)
        messages = _messages(head, values)
        for example in examples:
            messages += _messages(body, {**values, **example})
        return messages + _messages(tail, values)


def _messages(source: str, values: Mapping[str, str]) -> list[Message]:
    parts = _HEADING.split(source)[1:]
    return [
        (role, _PLACE.sub(lambda place: values[place.group(1)], text.strip()))
        for role, text in zip(parts[::2], parts[1::2], strict=True)
    ]


@contextmanager
def replaced_prompts(texts: Mapping[str, str]) -> Iterator[None]:
    """Inside the block, and in the tasks it starts, these texts stand in for prompts' files.

    Raises UsageError as `check_prompts`.
    """
    check_prompts(texts)
    token = _REPLACED.set({**_REPLACED.get(), **texts})
    try:
        yield
    finally:
        _REPLACED.reset(token)


def check_prompts(texts: Mapping[str, str]) -> None:
    """Raises UsageError for a text that cannot stand in for the prompt whose name it has.

    It must have the same messages in the same order, and the same places.
    """
    for name, text in texts.items():
        language, _, prompt = name.partition("/")
        own = _shipped(prompt, language)
        if _shape(text) != _shape(own.source):
            raise UsageError(
                f"prompt {name!r} cannot be replaced: the new text has other messages or places "
                "than the prompt that comes with trialogue"
            )


def _shape(source: str) -> tuple[list[str], list[list[str]]]:
    head, *parts = _HEADING.split(source)
    marks = [head.strip(), *parts[::2], *re.findall("^# (?:examples|end)$", source, re.MULTILINE)]
    return marks, [sorted(set(_PLACE.findall(part))) for part in parts[1::2]]


def load_prompt(name: str, language: str = "en") -> Prompt:
    """The prompt `name` in a language; raises UsageError when there is none."""
    text = _REPLACED.get().get(f"{language}/{name}")
    return _shipped(name, language) if text is None else _prompt(name, text)


@cache
def _prompt(name: str, source: str) -> Prompt:
    return Prompt(name, source, sha256(source.encode()).hexdigest()[:12])


@cache
def _shipped(name: str, language: str) -> Prompt:
    file = files("trialogue.agents") / "prompts" / language / f"{name}.md"
    try:
        source = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"there is no prompt {name!r} for language {language!r}") from error
    return _prompt(name, source)


def prompt_versions(language: str = "en") -> dict[str, str]:
    """Name and version of every prompt in a language, by name."""
    folder = files("trialogue.agents") / "prompts" / language
    names = sorted(f.name[:-3] for f in folder.iterdir() if f.name.endswith(".md"))
    return {name: load_prompt(name, language).version for name in names}
