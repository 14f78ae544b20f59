"""What a quoted fact stands for, if its words stand in its turn and say so."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from trialogue.evaluation.reasoning.amounts import Amount, find_amounts
from trialogue.evaluation.reasoning.arithmetic import typed
from trialogue.evaluation.reasoning.dates import find_dates
from trialogue.evaluation.reasoning.numbers import normal, number_of
from trialogue.evaluation.reasoning.quantities import Operand, Quantity
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.evaluation.reasoning.units import is_known, is_said, parse_unit, parts_of
from trialogue.evaluation.reasoning.wording import check_said
from trialogue.records import Dialogue, QuotedFact, Turn

_CORRECTS = re.compile(
    r"\b(?:actually|i meant|correction|my mistake|i was wrong|i misspoke)\b|\bsorry,? (?:it|that)\b"
    r"|更正|说错|记错|搞错|弄错|不对|应该是|其实是",
    re.IGNORECASE,
)
_PERCENT = ("%", "percent")
# What makes a sum of money one for each: "room rate", "480 per night", "每晚".
_EACH = re.compile(r"\b(?:per|each|every|rate|daily|nightly|hourly|weekly|monthly)\b|/|每|一|单价")
_SENTENCE = re.compile(r"(?<!\d)[.](?!\d)|[.](?=\s)|[!?\n。！？]")


def quoted_turn(fact: QuotedFact, turns: Sequence[Turn]) -> Turn:
    """The turn that a fact quotes. Raises Refused if its words do not stand there."""
    if fact.turn >= len(turns):
        raise Refused("misquoted", f"{fact.name}: there is no turn {fact.turn}")
    if fact.quote not in turns[fact.turn].text:
        raise Refused("misquoted", f"{fact.name}: {fact.quote[:60]!r} is not in turn {fact.turn}")
    return turns[fact.turn]


def quoted_operand(fact: QuotedFact, turns: Sequence[Turn]) -> Operand:
    """The amount or date of a fact with the unit that its quotation gives.

    Raises Refused where the quotation is not in its turn, does not say the value, or says another
    unit.
    """
    turn = quoted_turn(fact, turns)
    value = _value(fact)
    if isinstance(value, date):
        return _date(fact, value, turn.text)
    amount, unit = _told(fact, value, turn.text)
    return Quantity.of(amount.value, unit)


def quoted_place(fact: QuotedFact, turns: Sequence[Turn]) -> tuple[int, int, int] | None:
    """The turn and the place in it of the figure that a fact quotes; None for a date."""
    value = _value(fact)
    if isinstance(value, date):
        return None
    amount, _ = _told(fact, value, turns[fact.turn].text)
    return fact.turn, amount.start, amount.end


def _told(fact: QuotedFact, value: Fraction, text: str) -> tuple[Amount, str]:
    """The amount of a turn that a fact quotes, and its unit by name."""
    said = [a for a in _inside(fact.quote, text) if _same(value, a)]
    if not said:
        raise Refused("value_not_quoted", f"{fact.name}: {fact.quote!r} does not say {fact.value}")
    failure: Refused | None = None
    for amount in said:
        try:
            unit = _unit(fact, amount, text)
            check_said(fact, amount, text)
        except Refused as error:
            failure = failure or error
        else:
            return amount, unit
    assert failure is not None
    raise failure


def corrected(fact: QuotedFact, turns: Sequence[Turn]) -> bool:
    """Whether the one who said it seems to take it back later: "actually it was 4 nights"."""
    said = {a.unit: a.value for a in find_amounts(fact.quote)}
    return any(
        _CORRECTS.search(turn.text)
        and any(a.unit in said and a.value != said[a.unit] for a in find_amounts(turn.text))
        for turn in turns[fact.turn + 1 :]
        if turn.speaker == turns[fact.turn].speaker
    )


def _value(fact: QuotedFact) -> Fraction | date:
    try:
        return number_of(fact.value)
    except Refused:
        operand = typed(fact.value)
        return operand if isinstance(operand, date) else operand.value


def _same(value: Fraction, amount: Amount) -> bool:
    """20% may be told as 20 and as 0.2."""
    return value == amount.value or (amount.unit in _PERCENT and value * 100 == amount.value)


def _inside(quote: str, text: str) -> Iterator[Amount]:
    """The amounts of a turn whose numbers lie whole within the quoted words."""
    amounts = find_amounts(text)
    for start, end in _places(quote, text):
        yield from (a for a in amounts if start <= a.start and a.end <= end)


def _places(quote: str, text: str) -> list[tuple[int, int]]:
    """Where the words stand in the normalised turn."""
    words, plain = normal(quote), normal(text)
    return [(m.start(), m.start() + len(words)) for m in re.finditer(re.escape(words), plain)]


def _date(fact: QuotedFact, day: date, text: str) -> date:
    found = [
        found.said
        for found in find_dates(text)
        for start, end in _places(fact.quote, text)
        if start <= found.start and found.end <= end
    ]
    if any(said is not None and said.may_be(day) for said in found):
        return day
    if None in found:
        raise Refused("ambiguous_date", f"{fact.name}: {fact.quote!r} may be read in two ways")
    raise Refused("value_not_quoted", f"{fact.name}: {fact.quote!r} does not say {day}")


def _unit(fact: QuotedFact, said: Amount, text: str) -> str:
    """The unit by name: the claimed one where the turn bears it out, else the one beside it."""
    if not fact.unit:
        return said.unit
    (claimed, size), (beside, beside_size) = parse_unit(fact.unit), parse_unit(said.unit)
    if (claimed, size) == (beside, beside_size):
        return fact.unit
    if size != beside_size and (_hundredths(fact.unit) or said.unit in _PERCENT):
        raise Refused("other_unit", f"{fact.name}: {fact.quote!r} does not say {fact.unit}")
    if claimed.currencies != beside.currencies and (beside.currencies or said.unit in _PERCENT):
        name = "two_currencies" if claimed.currencies else "other_unit"
        raise Refused(name, f"{fact.name}: {fact.quote!r} says {said.unit}, not {fact.unit}")
    counted, per = parts_of(fact.unit)
    beside_counted, beside_per = parts_of(said.unit)
    if beside_per and beside_per != per:
        if per or counted != beside_counted:
            raise Refused("other_unit", f"{fact.name}: {said.unit} is not {fact.unit}")
        return said.unit
    if counted != beside_counted and _is_unit(said.unit, beside_counted):
        raise Refused("other_unit", f"{fact.name}: {fact.quote!r} says {said.unit}")
    _check_said_in(fact, said, text, counted, per)
    return fact.unit


Parts = Sequence[tuple[str, Fraction]]


def _check_said_in(fact: QuotedFact, said: Amount, text: str, counted: Parts, per: Parts) -> None:
    """Raises Refused where the turn does not name a unit, or its sentence not what it is each."""
    unsaid = [base for base, size in (*counted, *per) if not is_said(base, text, size)]
    if unsaid:
        raise Refused("other_unit", f"{fact.name}: turn {fact.turn} does not speak of {unsaid[0]}")
    if per and counted and is_known(counted[0][0]) and not _EACH.search(_sentence(said, text)):
        raise Refused("other_unit", f"{fact.name}: {fact.quote!r} does not say what it is per")


def _sentence(said: Amount, text: str) -> str:
    plain = normal(text)
    marks = [0, *(mark.end() for mark in _SENTENCE.finditer(plain)), len(plain)]
    low = max(mark for mark in marks if mark <= said.start)
    return plain[low : min(mark for mark in marks if mark >= said.end)].casefold()


def _hundredths(unit: str) -> bool:
    return parse_unit(unit) == parse_unit("%")


def _is_unit(name: str, parts: Parts) -> bool:
    """Whether what stands beside a figure is what it counts: a measure, or things in plural."""
    known = any(is_known(base) for base, _ in parts)
    return known or (name.isascii() and name.casefold() != "".join(base for base, _ in parts))


def check_years(said: Sequence[tuple[date, str]], dialogue: Dialogue) -> None:
    """Raises Refused where a year that nobody says could change the number of days.

    `said` are days, each with the words that say it.
    """
    known = {fact.when for action in dialogue.trajectory for fact in action.facts}
    days = [day for day, _ in said]
    unsaid = [day for day, words in said if not _says_year(day, words)]
    if all(day.isoformat() in known for day in unsaid):
        return
    if len({day.year for day in days}) > 1 or len({day.month > 2 for day in days}) > 1:
        raise Refused("date_without_year", "the days between dates without a year are not certain")


def _says_year(day: date, words: str) -> bool:
    said = [found.said for found in find_dates(words) if found.said and found.said.may_be(day)]
    return any(one.year for one in said)
