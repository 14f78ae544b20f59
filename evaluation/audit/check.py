"""What an audit looks for, and what it finds."""

from collections.abc import Iterable, Sequence
from typing import Literal

from trialogue.evaluation.statistics import Estimate
from trialogue.records import Record

State = Literal["ok", "fault", "note", "none"]
LEVEL = 0.05


class Case(Record):
    """A task that a check speaks of, by id, and why."""

    id: str
    why: str


class Check(Record):
    """One thing that was looked for.

    `state` is "fault" where it is there, "ok" where it is not, "note" for a figure without a limit
    of its own, and "none" where nothing could be looked at. `found` says it in a clause. `value` is
    a share or a score with its 95% interval and what it rests on, `expected` what chance gives, `p`
    of a test against chance, one-sided unless `found` says otherwise.
    """

    name: str
    looks_for: str
    state: State
    found: str
    value: Estimate | None = None
    expected: float | None = None
    p: float | None = None
    cases: tuple[Case, ...] = ()


def share(count: int, of: int) -> Estimate:
    """A share with its 95% interval (Wilson 1927)."""
    from scipy.stats import binomtest

    if not of:
        return Estimate(value=None)
    low, high = binomtest(count, of).proportion_ci(method="wilson")
    return Estimate(value=count / of, interval=(float(low), float(high)), n=of)


def counted(name: str, looks_for: str, cases: Iterable[Case], of: int, what: str) -> Check:
    """A check that is a fault where there is any case; `what` completes "3 of 500 …"."""
    found = tuple(cases)
    number = len({case.id for case in found})
    return Check(
        name=name,
        looks_for=looks_for,
        state="fault" if found else "ok",
        found=f"{number:,} of {of:,} {what}",
        value=share(number, of),
        cases=found,
    )


def nothing(name: str, looks_for: str, why: str) -> Check:
    """A check that had nothing to look at."""
    return Check(name=name, looks_for=looks_for, state="none", found=why)


def listed(ids: Sequence[str], most: int = 3) -> str:
    """Some ids in words."""
    more = f" and {len(ids) - most:,} more" if len(ids) > most else ""
    return f"{', '.join(ids[:most])}{more}"
