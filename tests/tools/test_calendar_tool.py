"""Dates: against a plain count day by day, and without a clock."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.tools.calendar_tool import calendar, working_days
from trialogue.tools.contract import check_tool

TODAY = date(2026, 3, 16)


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ({"question": "weekday"}, "2026-03-16 is a Monday"),
        ({"question": "weekday", "date": "2024-02-29"}, "2024-02-29 is a Thursday"),
        (
            {"question": "days_between", "date": "2026-03-04", "other_date": "today"},
            "12 days from 2026-03-04 to 2026-03-16",
        ),
        (
            {"question": "days_between", "other_date": "2026-03-15"},
            "-1 day from 2026-03-16 to 2026-03-15",
        ),
        (
            {"question": "add_days", "date": "2026-02-27", "days": 2},
            "2026-02-27 plus 2 days is 2026-03-01, a Sunday",
        ),
        (
            {"question": "add_days", "days": -1},
            "2026-03-16 plus -1 day is 2026-03-15, a Sunday",
        ),
        (
            {"question": "working_days_between", "other_date": "2026-03-23"},
            "6 working days (Monday to Friday) from 2026-03-16 to 2026-03-23, both included",
        ),
    ],
)
async def test_answers(arguments: dict[str, Any], answer: str) -> None:
    assert await calendar(TODAY).ainvoke(arguments) == answer


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"question": "weekday", "date": "4 March"}, "'4 March' is not a date"),
        ({"question": "weekday", "date": "2026-02-30"}, "'2026-02-30' is not a date"),
        ({"question": "days_between"}, "days_between needs other_date"),
        ({"question": "add_days"}, "add_days needs days"),
        ({"question": "add_days", "days": 10**9}, "out of range"),
        ({"question": "add_days", "days": 10**30}, "out of range"),
    ],
)
async def test_errors_are_text(arguments: dict[str, Any], reason: str) -> None:
    text = await calendar(TODAY).ainvoke(arguments)
    assert text.startswith("error: ")
    assert reason in text


async def test_keeps_the_contract_and_names_today() -> None:
    await check_tool(calendar(TODAY), {"question": "weekday"})
    assert "2026-03-16, a Monday" in calendar(TODAY).description


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-400, 400))
def test_working_days_are_those_one_would_count(first: date, span: int) -> None:
    last = first + timedelta(days=span)
    days = (min(first, last) + timedelta(days=i) for i in range(abs(span) + 1))
    assert working_days(first, last) == sum(day.weekday() < 5 for day in days)
