"""Checks that a line said again says the same."""

import re
from collections import Counter

from trialogue.agents.checks import (
    Check,
    Fault,
    Side,
    carries,
    in_language,
    in_role,
    no_longer_than,
    only_figures,
    whole,
)
from trialogue.agents.controls.words import words
from trialogue.agents.figures import figures
from trialogue.agents.measures import measures
from trialogue.records import Language

_NEGATION = {
    "en": re.compile(
        r"\b(?:no|not|never|nothing|none|nor|neither|without|cannot)\b|n['’]t\b", re.I
    ),
    "zh": re.compile("[不没无未勿]"),
}
# 能不能, 可不可以 and 是不是 ask; they deny nothing.
_ZH_EITHER = re.compile("(.)[不没]\\1|[能可是]否")
_I = {
    "en": re.compile(r"\b(?:I|me|my|mine|we|us|our|ours)\b|\bI['’]", re.I),
    "zh": re.compile("我|咱|本人|俺"),
}
_YOU = {"en": re.compile(r"\byou(?:r|rs)?\b", re.I), "zh": re.compile("[你您]")}
_DIGITS = re.compile(r"\d+")
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][A-Za-z]+")


def same_content(line: str, language: Language, side: Side) -> tuple[Check, ...]:
    """Fatal checks for `line` said again: language, role, figures, names, persons, negation, and
    whether it asks; nothing much longer."""
    return (
        whole,
        in_language(language),
        in_role(language, side),
        only_figures(figures(line), set()),
        carries([format(value, "f") for value in sorted(figures(line))], language),
        _keeps_content(line, language),
        _no_figure_again(line),
        _keeps_units(line),
        _keeps_names(line, language),
        _keeps_persons(line, language, side),
        _keeps_negation(line, language),
        _keeps_question(line),
        no_longer_than(4 * len(line) + 100, fatal=True),
    )


def _keeps_content(line: str, language: Language) -> Check:
    """More than a list of figures is left: a third of the words or so."""
    least = 0.35 * len(words(line, language))

    def check(text: str) -> Fault | None:
        few = len(words(text, language)) < least
        return Fault("leaves out what it is about") if few else None

    return check


def _no_figure_again(line: str) -> Check:
    """A figure used once more would stand for something else."""
    before = Counter(_DIGITS.findall(line))

    def check(text: str) -> Fault | None:
        again = Counter(_DIGITS.findall(text)) - before
        return Fault(f"says {min(again)} once more") if again else None

    return check


def _keeps_units(line: str) -> Check:
    units = {(m.value, m.unit) for m in measures(line) if m.unit >= "\u3400"}

    def check(text: str) -> Fault | None:
        lost = units - {(m.value, m.unit) for m in measures(text)}
        return Fault(f"loses {min(unit for _, unit in lost)}") if lost else None

    return check


def _keeps_names(line: str, language: Language) -> Check:
    pattern = _NAME if language == "en" else re.compile("[A-Za-z]{2,}")
    names = {name for name in pattern.findall(line) if name != "I"}

    def check(text: str) -> Fault | None:
        lost = sorted(name for name in names if name not in text)
        return Fault(f"loses {', '.join(lost)}") if lost else None

    return check


def _keeps_persons(line: str, language: Language, side: Side) -> Check:
    """Nobody comes in who was not there, except that a user may address the other politely."""
    first, second = (bool(p[language].search(line)) for p in (_I, _YOU))

    def check(text: str) -> Fault | None:
        now_first, now_second = (bool(p[language].search(text)) for p in (_I, _YOU))
        lost = first and not now_first and (language == "en" or now_second > second)
        addressed = now_second and not second and side == "assistant"
        swapped = lost or (now_first and not first) or addressed
        return Fault("changes who is meant") if swapped else None

    return check


def _keeps_negation(line: str, language: Language) -> Check:
    denied = _denies(line, language)

    def check(text: str) -> Fault | None:
        return None if _denies(text, language) == denied else Fault("turns a yes into a no")

    return check


def _denies(text: str, language: Language) -> bool:
    return bool(_NEGATION[language].search(_ZH_EITHER.sub("", text)))


def _keeps_question(line: str) -> Check:
    asked = bool(re.search("[?？]", line))

    def check(text: str) -> Fault | None:
        if bool(re.search("[?？]", text)) == asked:
            return None
        return Fault("drops the question" if asked else "asks back")

    return check
