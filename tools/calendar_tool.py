"""Questions about dates, answered without a clock: today is given."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from trialogue.errors import UsageError
from trialogue.tools.making import make_tool

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

Question = Literal["weekday", "days_between", "add_days", "working_days_between"]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def working_days(first: date, last: date) -> int:
    """Mondays to Fridays from `first` to `last`, both included; holidays are not known."""
    if last < first:
        first, last = last, first
    weeks, rest = divmod((last - first).days + 1, 7)
    return weeks * 5 + sum((first.weekday() + day) % 7 < 5 for day in range(rest))


def answer(question: Question, day: date, other: date | None, days: int | None) -> str:
    """The answer as one sentence; UsageError where the question lacks a date or a number."""
    if question == "weekday":
        return f"{day} is a {WEEKDAYS[day.weekday()]}"
    if question == "add_days":
        return _added(day, days)
    if other is None:
        raise UsageError(f"{question} needs other_date")
    if question == "days_between":
        return f"{_counted((other - day).days, 'day')} from {day} to {other}"
    count = _counted(working_days(day, other), "working day")
    return f"{count} (Monday to Friday) from {day} to {other}, both included"


def _added(day: date, days: int | None) -> str:
    if days is None:
        raise UsageError("add_days needs days")
    try:
        result = day + timedelta(days=days)
    except OverflowError as error:
        raise UsageError("the date is out of range; use fewer days") from error
    return f"{day} plus {_counted(days, 'day')} is {result}, a {WEEKDAYS[result.weekday()]}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if abs(number) == 1 else f"{number} {noun}s"


def _date(text: str, today: date) -> date:
    if text.strip().lower() == "today":
        return today
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is not a date; write it like {today}, or today") from error


def calendar(today: date) -> "BaseTool":
    """The tool `calendar(question, date, other_date, days)` for someone whose day is `today`."""

    async def run(
        question: Annotated[Question, "What to find out"],
        date: Annotated[str, "An ISO date such as 2026-03-04, or today"] = "today",
        other_date: Annotated[str | None, "The second date of a period"] = None,
        days: Annotated[int | None, "For add_days: how many days, negative to go back"] = None,
    ) -> str:
        try:
            other = _date(other_date, today) if other_date else None
            return answer(question, _date(date, today), other, days)
        except UsageError as error:
            return f"error: {error}"

    return make_tool(
        run,
        name="calendar",
        description=f"Answers questions about dates; today is {today}, a "
        f"{WEEKDAYS[today.weekday()]}.",
    )
