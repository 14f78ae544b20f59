"""Properties of single lines, each from 0 to 1: formality, technical language, length, variety.

All are counts over word lists and words, as they need neither a tagger nor a model.
"""

import re
from collections.abc import Sequence
from math import exp, log

from trialogue.agents.checks import Side
from trialogue.agents.controls.control import LineMeasure, Measure
from trialogue.agents.controls.words import hits, known, words
from trialogue.agents.figures import figures
from trialogue.records import Dialogue, Language

# Lengths of a line that count as 0 and 1: words in English, characters in Chinese.
_LENGTHS = {"en": (8, 80), "zh": (14, 140)}
# The share of specialist words from which on language is as technical as can be.
_TECHNICAL = {"en": 0.35, "zh": 0.45}
_USUAL_LENGTH = 4.3
# Contractions, but not possessives, and exclamation marks.
_LIVELY = re.compile(
    r"\w+(?:n['’]t|['’](?:m|re|ve|ll|d))\b"
    r"|\b(?:it|that|what|he|she|there|here|who|how|where|let)['’]s\b|[!！]",
    re.IGNORECASE,
)
_WINDOW = 25


def formality(text: str, language: Language) -> float | None:
    """Formal against informal markers and, in English, the length of words, as 0 to 1.

    Informal are contractions, colloquial words, particles and exclamation marks; formal are
    polite and complete forms and words of the written language. Markers count per length of the
    text; 0.5 is a text with neither.
    """
    spoken = words(text, language)
    if not spoken:
        return None
    formal = hits(text, "formal", language)
    informal = hits(text, "informal", language) + len(_LIVELY.findall(text))
    length = len(spoken) if language == "en" else len(spoken) / 1.6
    leaning = 14 * (formal - informal) / (length + 6)
    if language == "en":
        leaning += 0.6 * (sum(map(len, spoken)) / len(spoken) - _USUAL_LENGTH)
    return 1 / (1 + exp(-leaning))


def technical_language(text: str, language: Language) -> float | None:
    """The share of specialist words: of listed terms and, in English, other long words (nine
    letters or more); in Chinese of the characters that listed terms cover. 0 to 1."""
    spoken = words(text, language)
    if not spoken:
        return None
    count = known(text, "technical", language)
    if language == "en":
        count += sum(len(w) > 8 and not known(w, "technical", language) for w in spoken)
    return min(1.0, count / len(spoken) / _TECHNICAL[language])


def verbosity(text: str, language: Language) -> float | None:
    """The length of a line on a logarithmic scale: 8 words (14 Chinese characters) are 0, 80
    words (140 characters) are 1."""
    count = len(words(text, language))
    low, high = _LENGTHS[language]
    return min(1.0, max(0.0, log(count / low) / log(high / low))) if count else None


def lexical_variety(text: str, language: Language) -> float | None:
    """Moving-average type-token ratio over 25 words (characters in Chinese; Covington & McFall
    2010), of which 0.6 counts as 0 and 1 as 1."""
    spoken = words(text, language)
    if not spoken:
        return None
    spans = max(1, len(spoken) - _WINDOW + 1)
    ratios = [len(set(part)) / len(part) for part in _windows(spoken, spans)]
    return max(0.0, (sum(ratios) / spans - 0.6) / 0.4)


def specificity(text: str, _: Language) -> float | None:
    """1 for a line with a concrete figure, 0 for one without."""
    return (1.0 if figures(text) else 0.0) if text.strip() else None


def over_turns(line: LineMeasure, sides: Sequence[Side]) -> Measure:
    """The mean of a property of lines over the turns of these sides; None without any."""

    def measure(dialogue: Dialogue) -> float | None:
        language: Language = "zh" if dialogue.scenario.language == "zh" else "en"
        found = [line(turn.text, language) for turn in dialogue.turns if turn.speaker in sides]
        values = [value for value in found if value is not None]
        return sum(values) / len(values) if values else None

    return measure


def _windows(spoken: Sequence[str], spans: int) -> list[Sequence[str]]:
    return [spoken[start : start + _WINDOW] for start in range(spans)]


LINE_MEASURES: dict[str, LineMeasure] = {
    "formality": formality,
    "technical_language": technical_language,
    "verbosity": verbosity,
    "lexical_variety": lexical_variety,
}
