"""What a program can see wrong in a drafted line (METHOD §1.3-1.4).

Each check returns the fault in plain words or nothing. A `Fault` that is `fatal` keeps a draft
out of the dialogue; the others only make another draft preferable.
"""

import re
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from trialogue.agents.figures import figures, missing
from trialogue.records import Language

Side = Literal["user", "assistant"]
Direction = Literal["more", "less"]
_WAYS: tuple[Direction, Direction] = ("more", "less")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_END = tuple('.!?。！？…"”)）')


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a draft."""

    what: str
    fatal: bool = True


Check = Callable[[str], Fault | None]


@cache
def _phrases() -> Any:
    return yaml.safe_load(
        (files("trialogue.agents") / "data" / "phrases.yaml").read_text(encoding="utf-8")
    )


@cache
def _giveaways(language: Language, side: Side) -> re.Pattern[str]:
    return _any_of(_phrases()[language][side])


@cache
def _verdicts(language: Language, direction: Direction) -> re.Pattern[str]:
    return _any_of(_phrases()["verdicts"][language][direction])


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def inspect(text: str, checks: Iterable[Check]) -> list[Fault]:
    """All faults of a draft, fatal ones first."""
    found = [fault for check in checks if (fault := check(text))]
    return sorted(found, key=lambda fault: not fault.fatal)


def whole(text: str) -> Fault | None:
    """The line is there and ends as a sentence does."""
    if not text.strip():
        return Fault("empty")
    return None if text.rstrip().endswith(_END) else Fault("breaks off")


def in_language(language: Language) -> Check:
    """English carries no Chinese characters; Chinese is mostly made of them."""

    def check(text: str) -> Fault | None:
        chinese = len(_CHINESE.findall(text))
        wrong = chinese > 0 if language == "en" else chinese < 0.3 * len(text)
        return Fault("in another language") if wrong else None

    return check


def in_role(language: Language, side: Side) -> Check:
    """The line does not speak as the other side."""
    pattern = _giveaways(language, side)

    def check(text: str) -> Fault | None:
        found = pattern.search(text)
        return Fault(f"speaks as the other side: {found.group(0)!r}") if found else None

    return check


def carries(values: Sequence[str], language: Language, *, fatal: bool = True) -> Check:
    """Every figure of the point is told."""

    def check(text: str) -> Fault | None:
        lacking = missing(values, text, language)
        return Fault(f"leaves out {', '.join(lacking)}", fatal) if lacking else None

    return check


def only_figures(allowed: Set[Decimal], forbidden: Set[Decimal]) -> Check:
    """No figure from nowhere; figures that are totals of the ledger are named as such."""

    def check(text: str) -> Fault | None:
        foreign = figures(text) - allowed
        if leaked := foreign & forbidden:
            return Fault(f"gives away a total: {_listed(leaked)}")
        return Fault(f"has figures from nowhere: {_listed(foreign)}") if foreign else None

    return check


def not_repeating(earlier: Sequence[str], limit: float = 0.6, *, fatal: bool = True) -> Check:
    """The line does not say again what an earlier one said (share of its word triples)."""

    def check(text: str) -> Fault | None:
        mine = _triples(text)
        if mine and any(len(mine & _triples(e)) / len(mine) > limit for e in earlier):
            return Fault("repeats an earlier line", fatal)
        return None

    return check


def asks(text: str) -> Fault | None:
    """The line has a question in it."""
    return None if re.search("[?？]", text) else Fault("asks nothing", fatal=False)


def asks_nothing(text: str) -> Fault | None:
    """The line has no question in it."""
    return Fault("asks back", fatal=False) if re.search("[?？]", text) else None


def names_one_of(values: Set[Decimal]) -> Check:
    """At least one of the figures stands in the line."""

    def check(text: str) -> Fault | None:
        if values and not values & figures(text):
            return Fault("does not name the figure that decides", fatal=False)
        return None

    return check


def agrees_with(direction: Direction | None, language: Language) -> Check:
    """The verdict does not contradict the comparison of the figure with the rule's."""

    def check(text: str) -> Fault | None:
        found = _verdicts(language, direction).search(text) if direction else None
        return Fault(f"contradicts the comparison: {found.group(0)!r}") if found else None

    return check


def verdict_of(text: str, language: Language) -> Direction | None:
    """Whether a text says that a figure is beyond ("more") or within the rule's ("less"); None
    where it says neither or both."""
    within, beyond = (_verdicts(language, way).search(text) for way in _WAYS)
    if bool(within) == bool(beyond):
        return None
    return "less" if within else "more"


def agrees_with_answers(said: Sequence[str], language: Language) -> Check:
    """The verdict is that of earlier answers on the same thing, as far as they agree."""
    verdicts = {verdict for text in said if (verdict := verdict_of(text, language))}
    agrees = agrees_with(verdicts.pop() if len(verdicts) == 1 else None, language)

    def check(text: str) -> Fault | None:
        return Fault("contradicts an earlier answer", fatal=False) if agrees(text) else None

    return check


def no_longer_than(characters: int, *, fatal: bool = False) -> Check:
    """The line keeps to a length."""
    return lambda text: Fault("too long", fatal) if len(text) > characters else None


def without_figures(text: str) -> Fault | None:
    """The line has no digits."""
    return Fault("has figures") if figures(text) else None


def without_name(name: str) -> Check:
    """Nobody speaks of themselves by name."""
    parts = [re.escape(part) for part in name.split() if len(part) > 1]
    # "Park" is a name, "Parking" is not; Chinese has no word boundaries.
    patterns = [rf"\b{part}\b" if part[0] < "\u3400" else part for part in parts]

    def check(text: str) -> Fault | None:
        found = any(re.search(pattern, text) for pattern in patterns)
        return Fault("speaks of oneself by name") if found else None

    return check


def same_persons(origin: str) -> Check:
    """Who is spoken of as "I" and "you" stays the same."""
    persons = _persons(origin)

    def check(text: str) -> Fault | None:
        return None if _persons(text) == persons else Fault("changes who is meant")

    return check


def _persons(text: str) -> tuple[bool, bool]:
    first = re.search(r"\b(?:[Ii]|[Mm]y|[Mm]e|[Mm]ine|[Ww]e|[Oo]ur|[Uu]s)\b|我", text)
    return bool(first), bool(re.search(r"\b(you|your)\b|[您你]", text, re.I))


def keeps_words(origin: str, share: float = 0.5) -> Check:
    """At least this share of the longer words stands in the origin too (by first letters)."""
    known = _stems(origin)

    def check(text: str) -> Fault | None:
        mine = _stems(text)
        kept = len(mine & known) / len(mine) if mine else 1.0
        return Fault("drifts from what it rewords") if kept < share else None

    return check


def rewords(origin: str, share: float = 0.7) -> Check:
    """The line says the origin in other words: most longer words of each stand in the other."""
    theirs = _stems(origin)

    def check(text: str) -> Fault | None:
        mine = _stems(text)
        common = len(mine & theirs)
        if common < share * max(len(mine), len(theirs)):
            return Fault("drifts from what it rewords")
        return None

    return check


def _stems(text: str) -> set[str]:
    words = re.findall(r"[a-z]{4,}|[\u3400-\u9fff]", text.lower())
    return {word[:5] for word in words}


def _triples(text: str) -> set[tuple[str, ...]]:
    tokens = re.findall(r"[\u3400-\u9fff]|(?:[^\W\u3400-\u9fff]|')+", text.lower())
    return set(zip(tokens, tokens[1:], tokens[2:], strict=False))


def _listed(values: Set[Decimal]) -> str:
    return ", ".join(format(value, "f") for value in sorted(values))
