"""Turns arithmetic as people write it into an expression over named exact numbers."""

import re
from fractions import Fraction
from typing import NamedTuple

from trialogue.errors import UsageError

FUNCTIONS = ("min", "max", "abs", "round")
SIGNS = {"×": "*", "x": "*", "of": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "^": "**"}
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
CURRENCIES = {ord(symbol): " " for symbol in "$€£¥"}
TOKEN = re.compile(
    r"(?P<number>(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)"
    r"(?P<percent>\s*%)?|(?P<sign>\*\*|[-+*/(),×·÷−–^])|(?P<word>[A-Za-z]+)|(?P<other>\S)"
)


class Translated(NamedTuple):
    """An expression in Python's syntax, and the values of the names in it."""

    source: str
    names: dict[str, Fraction]


def translated(expression: str) -> Translated:
    """Numbers become names with exact values; raises UsageError for anything but arithmetic."""
    plain = expression.translate(FULL_WIDTH | {0xFFE5: " "}).translate(CURRENCIES)
    parts: list[str] = []
    names: dict[str, Fraction] = {}
    found = list(TOKEN.finditer(plain.strip().rstrip("=? ")))
    if not found:
        raise UsageError("there is no expression; write one like (480 - 450) * 3")
    for match, following in zip(found, [*found[1:], None], strict=True):
        if match["number"]:
            if match["percent"]:
                _check_percentage(match[0], parts, of=bool(following and following[0] == "of"))
            name = f"n{len(names)}"
            value = Fraction(match["number"].replace(",", ""))
            names[name] = value / 100 if match["percent"] else value
            parts.append(name)
        else:
            parts.append(_sign(match))
    return Translated(" ".join(parts), names)


def _sign(match: re.Match[str]) -> str:
    text = match[0].lower()
    if match["other"] or (match["word"] and text not in (*FUNCTIONS, *SIGNS)):
        raise UsageError(f"cannot calculate with {match[0]!r}; use numbers and + - * / ( )")
    return SIGNS.get(text, text)


def _check_percentage(text: str, before: list[str], *, of: bool) -> None:
    """Refuses what people read in two ways: 480 + 10%, and 100 / 12% of 340."""
    sign = before[-1] if before else ""
    added = len(before) > 1 and sign in ("+", "-") and (before[-2] == ")" or before[-2][0] == "n")
    if added and not of:
        raise UsageError(f"say what {text} is of, as in 480 + 10% of 480")
    if sign in ("/", "**") and of:
        raise UsageError(f"put {text} of … in brackets")
