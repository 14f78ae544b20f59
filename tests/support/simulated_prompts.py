"""Which prompt of the pipeline a request fills: recognised by the prompt's own file."""

import re
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from trialogue.agents.prompt import load_prompt

_PLACE = re.compile(r"\\\{\\\{(\w+)\\\}\\\}")
_SECTION = re.compile(r"^# (system|user|assistant)$", re.MULTILINE)


class Found(NamedTuple):
    """A recognised prompt and what fills the places of its last message."""

    name: str
    language: str
    values: dict[str, str]


@cache
def _patterns() -> list[tuple[str, str, re.Pattern[str], re.Pattern[str]]]:
    """Every prompt as name, language, and patterns of its system and its last user message."""
    known = []
    for language in ("en", "zh"):
        folder = files("trialogue.agents") / "prompts" / language
        names = sorted(f.name[:-3] for f in folder.iterdir() if f.name.endswith(".md"))
        for name in names:
            parts = _SECTION.split(load_prompt(name, language).source)[1:]
            system, last = parts[1].partition("\n# examples")[0], parts[-1]
            patterns = _pattern(system, last=False), _pattern(last, last=True)
            known.append((name, language, *patterns))
    return known


def _pattern(template: str, *, last: bool) -> re.Pattern[str]:
    seen: set[str] = set()

    def place(match: re.Match[str]) -> str:
        name = match.group(1)
        again = name in seen
        seen.add(name)
        return f"(?P={name})" if again else f"(?P<{name}>.*?)"

    # What may follow is how an endpoint without schemas is told the form of the answer.
    end = r"\Z" if last else r"(?:\n\n.*)?\Z"
    return re.compile(_PLACE.sub(place, re.escape(template.strip())) + end, re.S)


def recognised(messages: list[dict[str, Any]]) -> Found:
    """The prompt that a request fills. Raises LookupError if it is none of the pipeline's."""
    system = str(messages[0]["content"])
    for name, language, about, last in _patterns():
        if about.match(system):
            # A request for repair stands behind the message that is looked for.
            for message in reversed(messages):
                if message["role"] == "user" and (found := last.match(str(message["content"]))):
                    return Found(name, language, found.groupdict())
    raise LookupError(f"no prompt of the pipeline begins with {system[:80]!r}")
