"""What a model is shown of a manner: the wanted values, and examples near them."""

import re
from collections.abc import Mapping

from trialogue.agents.checks import Side
from trialogue.agents.controls.control import Control, Example, Value
from trialogue.agents.controls.manner import Manner
from trialogue.records import Language

_AT_MOST = 4
# 4 May, 15 EUR, 5月4日, 15元, Hangzhou; a word that only begins a sentence is no name.
_KEPT = re.compile(
    r"\d[\d.,:]*(?<![.,])(?:月\d+日|\s?%|\s[A-Z]\w+|[\u3400-\u9fff])?"
    r"|(?<![.!?]\s)(?<![A-Za-z'’])(?<!^)(?!I\b)[A-Z][A-Za-z]*(?:\s[A-Z][A-Za-z]+)*"
)


def wanted(manner: Manner, side: Side) -> str:
    """The set properties of lines with their values, in a few words."""
    parts = [_short(control, value, manner.language) for control, value in manner.lined(side)]
    return ("；" if manner.language == "zh" else "; ").join(parts)


def to_keep(line: str) -> str:
    """The dates, figures and names of a line, in order: what a small model leaves out first."""
    return ", ".join(dict.fromkeys(_KEPT.findall(line))) or "-"


def examples(manner: Manner, side: Side) -> list[Mapping[str, str]]:
    """Lines said again near the wanted values; the more properties are set, the fewer of each."""
    pairs = manner.lined(side)
    each = max(1, _AT_MOST // len(pairs)) if pairs else 0
    return [
        {
            "example_manner": _short(control, control.at(shown.level), manner.language),
            "example_keep": to_keep(shown.line),
            "example_line": shown.line,
            "example_said": shown.said,
        }
        for control, value in pairs
        for shown in _near(control, value, manner.language, each)
    ]


def _near(control: Control, value: Value, language: Language, count: int) -> list[Example]:
    """One version of each example line, so that their levels come out at the value on average."""
    lines: dict[str, list[Example]] = {}
    for example in control.wordings[language].examples:
        lines.setdefault(example.line, []).append(example)
    chosen: list[Example] = []
    share = control.share(value)
    for versions in list(lines.values())[:count]:
        missing = share * (len(chosen) + 1) - sum(example.level for example in chosen)
        chosen.append(min(versions, key=lambda version: abs(version.level - missing)))
    return chosen


def _short(control: Control, value: Value, language: Language) -> str:
    words, share = control.wordings[language], control.share(value)
    number = f"{value:g}" if isinstance(value, float) else str(value)
    if language == "zh":
        end = f"（{words.high if share > 0.5 else words.low}）" if abs(share - 0.5) > 0.2 else ""
        return f"{words.label}{number}{end}"
    end = f" ({words.high if share > 0.5 else words.low})" if abs(share - 0.5) > 0.2 else ""
    return f"{words.label.lower()} {number}{end}"
