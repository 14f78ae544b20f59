"""Dates as people write them. A year that is not said stays open; 4/5/2026 is refused."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from trialogue.evaluation.reasoning.numbers import normal
from trialogue.evaluation.reasoning.refusals import Refused

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month{n}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = re.compile(
    r"(?<![\d.])(?:(?P<y1>\d{4})-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})(?!\d)"
    r"|(?P<y2>\d{4})[/.](?P<m2>\d{1,2})[/.](?P<d2>\d{1,2})(?!\d)"
    r"|(?P<a>\d{1,2})(?P<sep>[/.])(?P<b>\d{1,2})(?P=sep)(?P<y3>\d{4})(?!\d)"
    r"|(?:(?P<y4>\d{4})年)?(?P<m4>\d{1,2})月(?P<d4>\d{1,2})[日号]"
    rf"|(?P<d5>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH.format(n=5)}(?:,?\s+(?P<y5>\d{{4}}))?\b)"
    rf"|\b{_MONTH.format(n=6)}\s+(?P<d6>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<y6>\d{{4}})(?!\d))?",
    re.IGNORECASE,
)


class SpokenDate(NamedTuple):
    """A day as it was said; `year` is None where it was not."""

    month: int
    day: int
    year: int | None = None

    def may_be(self, day: date) -> bool:
        """Whether it says this day, as far as it goes."""
        return (self.month, self.day) == (day.month, day.day) and self.year in (None, day.year)


class FoundDate(NamedTuple):
    """A date in a text, between two places of its normalised (NFKC) form.

    `said` is None for a date that may be read in two ways.
    """

    start: int
    end: int
    said: SpokenDate | None


@lru_cache(maxsize=4096)
def find_dates(text: str) -> tuple[FoundDate, ...]:
    """All dates of a text in order; what names no day of the calendar is none."""
    found = []
    for match in _DATE.finditer(normal(text)):
        said = _said(match)
        if said is None or _exists(said):
            found.append(FoundDate(match.start(), match.end(), said))
    return tuple(found)


def date_of(text: str) -> date:
    """The day that a text is, year and all. Raises Refused."""
    plain = normal(text).strip()
    found = find_dates(plain)
    if len(found) != 1 or (found[0].start, found[0].end) != (0, len(plain)):
        raise Refused("no_date", f"{text!r} is not a date")
    said = found[0].said
    if said is None:
        raise Refused("ambiguous_date", f"{text!r} may be read in two ways; write 2026-03-04")
    if said.year is None:
        raise Refused("date_without_year", f"{text!r} has no year; write 2026-03-04")
    return date(said.year, said.month, said.day)


def _said(match: re.Match[str]) -> SpokenDate | None:
    for n in ("1", "2", "4"):
        if match[f"m{n}"]:
            year = match[f"y{n}"]
            return SpokenDate(int(match[f"m{n}"]), int(match[f"d{n}"]), int(year) if year else None)
    for n in ("5", "6"):
        if match[f"month{n}"]:
            month = _MONTHS.index(match[f"month{n}"][:3].lower()) + 1
            year = match[f"y{n}"]
            return SpokenDate(month, int(match[f"d{n}"]), int(year) if year else None)
    first, second, year = int(match["a"]), int(match["b"]), int(match["y3"])
    if match["sep"] == "." or first > 12 or first == second:
        return SpokenDate(second, first, year)
    return SpokenDate(first, second, year) if second > 12 else None


def _exists(said: SpokenDate) -> bool:
    try:
        date(said.year or 2024, said.month, said.day)
    except ValueError:
        return False
    return True
