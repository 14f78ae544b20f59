"""How a figure is told: as it is, about so much, up to so much, as a range, or denied."""

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from trialogue.evaluation.reasoning.amounts import Amount, find_amounts
from trialogue.evaluation.reasoning.numbers import WORDS, normal, number_of
from trialogue.evaluation.reasoning.refusals import Refusal, Refused
from trialogue.evaluation.reasoning.units import parse_unit
from trialogue.records import QuotedFact, Turn

_WINDOW = 24
_MONEY = r"(?:US|HK|NT|CA?|AU?|SG?|NZ)?[$€£¥]?\s?(?:[A-Z]{3}\s?)?"
_ABOUT = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|approx\.?|circa|ca\.|almost|nearly|some|maybe"
    r"|perhaps|probably)\s|[~≈]\s?|大约|大概|约|差不多|将近|接近)(?:an?\s)?" + _MONEY + "$",
    re.IGNORECASE,
)
_ABOUT_AFTER = re.compile(
    r"\s?(?:or so\b|ish\b|-ish\b|give or take\b|\+|左右|上下|多(?!少)|来(?=[元块人天]))"
)
_DENIED = re.compile(
    r"(?:\b(?:not|never|instead of|rather than)\s|n't\s(?:pay\s|cost\s|be\s)?|不是|并非|而非)"
    + _MONEY
    + "$",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?:\b(?:more|less|fewer) than\s|\bat (?:least|most)\s|[<>≤≥]\s?|至少|至多|不到|超过"
    r"|多于|少于)" + _MONEY + "$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s?(?:[-–—~至到或]|to|or)\s?" + _MONEY + "$")
_POINT_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_CLAUSE = re.compile(r"(?<!\d)[.,](?!\d)|[.,](?=\s)|[;!?\n，。；！？、]")
_WORDS = re.compile(r"[a-z]+|[\u3400-\u9fff]", re.IGNORECASE)
_ALIKE = 0.75
# What is said of anything: it does not tell which thing a clause speaks of.
_OF_ANYTHING = frozenset(
    {
        *("a", "am", "an", "and", "are", "as", "at", "be", "been", "by", "did", "do", "each"),
        *("every", "for", "from", "had", "has", "have", "i", "in", "is", "it", "me", "my", "of"),
        *("on", "our", "paid", "pay", "per", "so", "that", "the", "their", "there", "they", "this"),
        *("to", "us", "was", "we", "were", "with", "you", "your", "cost", "costs"),
        *"我你您们的了是在一共付花元块和也就",
    }
) | frozenset(WORDS)


def check_said(fact: QuotedFact, amount: Amount, text: str) -> None:
    """Raises Refused where a turn's amount is no exact figure: "about 70", "480-500", "not 3".

    Also for 1.234 EUR, which is a thousand to some and little more than one to others.
    """
    plain = normal(text)
    before = plain[max(amount.start - _WINDOW, 0) : amount.start]
    after = plain[amount.end : amount.end + _WINDOW]
    shown = plain[amount.start : amount.end]
    if _ABOUT.search(before) or _ABOUT_AFTER.match(after):
        raise Refused("approximate", f"{fact.name}: {shown!r} is not told as an exact figure")
    if _DENIED.search(before):
        raise Refused("denied", f"{fact.name}: the turn says that it is not {shown}")
    if _in_range(amount, plain):
        raise Refused("several_numbers", f"{fact.name}: {shown!r} is an end of a range")
    if _POINT_THOUSANDS.fullmatch(shown) and parse_unit(amount.unit)[0].currencies:
        raise Refused("malformed_number", f"{fact.name}: {shown!r} may be read in two ways")


def bound(fact: QuotedFact, turns: Sequence[Turn]) -> bool:
    """Whether a quoted figure is told as a limit by the one who says it: "less than 500 CNY"."""
    turn = turns[fact.turn]
    if turn.speaker != "user":
        return False
    plain, quote = normal(turn.text), normal(fact.quote)
    return any(
        _BOUND.search(plain[max(amount.start - _WINDOW, 0) : amount.start])
        for amount in find_amounts(turn.text)
        for place in [plain.find(quote)]
        if place <= amount.start and amount.end <= place + len(quote)
    )


def contradicted(fact: QuotedFact, turns: Sequence[Turn]) -> str:
    """The figure with which the same speaker, or the user, says the same elsewhere; "" if none.

    The same is said where three quarters of the words are, figures and empty words aside.
    """
    own_turn = turns[fact.turn]
    quote = normal(fact.quote)
    value = number_of(fact.value)
    said: dict[str, Fraction] = {}
    words: frozenset[str] = frozenset()
    for clause, its in _clauses(own_turn.text):
        there = {a.unit: value for a in find_amounts(clause) if a.value == value}
        if there and (quote in clause or clause in quote):
            said, words = there, its
    for place, turn in enumerate(turns):
        if place == fact.turn or turn.speaker not in (own_turn.speaker, "user"):
            continue
        for clause, others in _clauses(turn.text):
            if not _alike(words, others):
                continue
            for amount in find_amounts(clause):
                if said.get(amount.unit, amount.value) != amount.value:
                    return clause[amount.start : amount.end]
    return ""


def said_twice(
    facts: Sequence[tuple[QuotedFact, tuple[int, int, int]]],
) -> Refusal | None:
    """A refusal where two facts rest on one and the same figure of a turn (turn, start, end)."""
    met: dict[tuple[int, int, int], str] = {}
    for fact, place in facts:
        if met.setdefault(place, fact.name) != fact.name:
            why = f"{met[place]} and {fact.name} are one and the same figure"
            return Refusal("counted_twice", why)
    return None


def _in_range(amount: Amount, plain: str) -> bool:
    """Whether another figure stands before or behind it, with no more than "to" between them."""
    for other in find_amounts(plain):
        first, second = sorted((other, amount), key=lambda one: one.start)
        between = plain[first.end : second.start]
        if first.end <= second.start and _RANGE.fullmatch(between):
            return True
    return False


@lru_cache(maxsize=1024)
def _clauses(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The clauses of a text with the words of each, figures aside."""
    parts = [clause.strip() for clause in _CLAUSE.split(normal(text)) if clause.strip()]
    return tuple(
        (part, frozenset(_WORDS.findall(part.casefold())) - _OF_ANYTHING) for part in parts
    )


def _alike(a: frozenset[str], b: frozenset[str]) -> bool:
    return len(a & b) >= max(2, _ALIKE * len(a | b))
