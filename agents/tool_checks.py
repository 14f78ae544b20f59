"""What a program makes of a model's words for tools: mended where it can be, else refused.

Every function that accepts raises ValueError with the reason when too little is left.
"""

import re
from collections.abc import Iterable

from pydantic import BaseModel

from trialogue.agents.checks import in_language, not_repeating
from trialogue.agents.tool_answers import Questions, Values
from trialogue.records import Language


def accept_questions(answer: Questions, language: Language) -> tuple[str, ...]:
    """At least four questions in the language that are more than variants of each other."""
    kept: tuple[str, ...] = ()
    for question in map(one_line, answer.questions):
        if spoken(question, language) and not_repeating(kept)(question) is None:
            kept = different((*kept, question))
    if len(kept) < 4:
        raise ValueError("fewer than four different questions")
    return kept


def accept_values(answer: Values, language: Language, known: str) -> tuple[str, ...]:
    """Values in the language, each once, none of those that stand in `known`."""
    kept = different(
        value
        for value in map(one_line, answer.values)
        if not foreign(value, language)
        and value not in known
        and not re.search(r"[<>{}|\"“”《》]", value)
    )
    if not kept:
        raise ValueError("no value in the language asked for")
    return kept


def accept_purposes(answer: BaseModel, language: Language) -> dict[str, str]:
    """A different sentence for each operation."""
    said = {name: one_line(text) for name, text in answer.model_dump().items()}
    if len({text.casefold() for text in said.values()}) < len(said):
        raise ValueError("two tools with the same purpose")
    for name, text in said.items():
        if not spoken(text, language):
            raise ValueError(f"the purpose of {name} in another language")
    return {name: _ended(text, language) for name, text in said.items()}


def foreign(text: str, language: Language) -> bool:
    """Whether it has letters of another language; figures alone and nothing have none."""
    letters = re.search(r"[^\W\d_]", text) is not None
    return letters and in_language(language)(text) is not None


def spoken(text: str, language: Language) -> bool:
    """Whether it is a line in the language, at least four letters long."""
    return len(text) >= 4 and in_language(language)(text) is None


def label_of(label: str, name: str, language: Language) -> str:
    """How people call it: in English the words of its name."""
    if language == "en":
        return name.replace("_", " ")
    label = one_line(label)
    return label if in_language(language)(label) is None else ""


def _ended(text: str, language: Language) -> str:
    return (
        text
        if text.endswith((".", "。", "!", "！"))
        else text + ("." if language == "en" else "。")
    )


def one_line(text: str) -> str:
    """One line without braces and edges."""
    return " ".join(re.sub(r"[{}<>\x00-\x1f\x7f]", " ", text).split()).strip("\"'“”")


def different(texts: Iterable[str]) -> tuple[str, ...]:
    """Each text once, whatever its case; empty ones left out."""
    found: dict[str, str] = {}
    for text in texts:
        if text:
            found.setdefault(text.casefold(), text)
    return tuple(found.values())
