"""What a quoted fact stands for, if its words stand in its turn and say so."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from trialogue.evaluation.reasoning.amounts import Amount, find_amounts
from trialogue.evaluation.reasoning.arithmetic import typed
from trialogue.evaluation.reasoning.dates import find_dates
from trialogue.evaluation.reasoning.numbers import number_of
from trialogue.evaluation.reasoning.quantities import Operand, Quantity
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.evaluation.reasoning.units import Unit, is_said, parse_unit
from trialogue.records import Dialogue, QuotedFact, Turn

_CORRECTS = re.compile(
    r"\b(?:actually|i meant|correction|my mistake|i was wrong|i misspoke)\b|\bsorry,? (?:it|that)\b"
    r"|更正|说错|记错|搞错|弄错|不对|应该是|其实是",
    re.IGNORECASE,
)
_PERCENT = ("%", "percent")


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
    said = [a for a in _inside(fact.quote, turn.text) if _same(value, a)]
    if not said:
        raise Refused("value_not_quoted", f"{fact.name}: {fact.quote!r} does not say {fact.value}")
    failure: Refused | None = None
    for amount in said:
        try:
            unit = _unit(fact, amount, turn.text)
        except Refused as error:
            failure = failure or error
        else:
            return Quantity.of(amount.value, unit)
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
    words, plain = (unicodedata.normalize("NFKC", t) for t in (quote, text))
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
    claimed, beside = parse_unit(fact.unit)[0], parse_unit(said.unit)[0]
    if claimed == beside:
        return fact.unit
    if claimed.currencies != beside.currencies and (beside.currencies or said.unit in _PERCENT):
        name = "two_currencies" if claimed.currencies else "other_unit"
        raise Refused(name, f"{fact.name}: {fact.quote!r} says {said.unit}, not {fact.unit}")
    counted, per = _parts(claimed)
    beside_counted, beside_per = _parts(beside)
    if beside_per and beside_per != per:
        if per or counted != beside_counted:
            raise Refused("other_unit", f"{fact.name}: {said.unit} is not {fact.unit}")
        return said.unit
    unsaid = [base for base in (*counted, *per) if not is_said(base, text)]
    if unsaid:
        raise Refused("other_unit", f"{fact.name}: turn {fact.turn} does not speak of {unsaid[0]}")
    return fact.unit


def _parts(unit: Unit) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is counted, and by what."""
    above = tuple(base for base, power in unit.powers if power > 0)
    return above, tuple(base for base, power in unit.powers if power < 0)


def check_years(days: Sequence[date], dialogue: Dialogue, quotes: Sequence[str]) -> None:
    """Raises Refused where a year that nobody says could change the number of days."""
    known = {fact.when for action in dialogue.trajectory for fact in action.facts}
    unsaid = [d for d, q in zip(days, quotes, strict=True) if not _says_year(q)]
    if all(day.isoformat() in known for day in unsaid):
        return
    if len({day.year for day in days}) > 1 or len({day.month > 2 for day in days}) > 1:
        raise Refused("date_without_year", "the days between dates without a year are not certain")


def _says_year(quote: str) -> bool:
    return any(found.said and found.said.year for found in find_dates(quote))
