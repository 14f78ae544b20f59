"""The scenario x: who talks to whom, about what, under which rules (R §3.1)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from trialogue.records.base import Record

Language = Literal["en", "zh"]
Policy = Literal["round_robin", "address", "model"]


class Role(Record):
    """One side of the conversation.

    `label` is the word before the colon in a transcript ("Employee"); `description` says in
    one or two sentences who that is and what they want or do.
    """

    label: str = Field(min_length=1)
    description: str = Field(min_length=1)


class Roles(Record):
    """Both sides."""

    user: Role
    assistant: Role


class Seat(Record):
    """A place at the table, where a dialogue has several users or several assistants.

    `name` is what the others call them; a user's may be left out and is drawn then. `description`
    says as a role's who that is; left out, it is the role's.
    """

    speaker: Literal["user", "assistant"]
    name: str = ""
    description: str = ""


def check_seats(seats: Sequence[Seat]) -> None:
    """Nothing, or ValueError: who is missing, or whose name does not tell them apart."""
    if not seats:
        return
    for side in ("user", "assistant"):
        if all(seat.speaker != side for seat in seats):
            raise ValueError(f"has no {side}; a dialogue needs at least one")
    if any(not seat.name.strip() for seat in seats if seat.speaker == "assistant"):
        raise ValueError("has an assistant without a name; give each one, such as `name: Desk`")
    names = [seat.name.strip().casefold() for seat in seats if seat.name.strip()]
    if twice := next((seat.name for seat in seats if names.count(seat.name.casefold()) > 1), None):
        raise ValueError(f"has {twice!r} twice; every participant needs a name of their own")
    if odd := next((seat.name for seat in seats if not _can_be_called(seat.name)), None):
        raise ValueError(f"has the name {odd!r}; a name is 1 to 40 letters, digits and spaces")


def _can_be_called(name: str) -> bool:
    plain = name.replace(" ", "").replace("-", "").replace("'", "").replace(".", "")
    return not name or (len(name) <= 40 and plain.isalnum() and name == " ".join(name.split()))


class Quantity(Record):
    """A figure that an activity leaves behind, and the range it is drawn from.

    `low` and `high` are inclusive; `step` is the grid (10 gives 260, 270, …). `per` makes an
    amount a rate ("night"). `unit` is a currency code or a plural noun ("nights"). `label` is
    how a note calls the figure; left out, the unit alone says enough.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str | None = None
    unit: str = Field(min_length=1)
    low: Decimal
    high: Decimal
    step: Decimal = Field(default=Decimal(1), gt=0)
    per: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"{self.name}: low {self.low} is above high {self.high}")
        return self


class Activity(Record):
    """A kind of thing the user may have done, with the figures it leaves.

    `what` is a phrase in the scenario's language, in the first person without "I", with
    `{slot}` places filled from `slots`: "stayed at a hotel in {city}". `topic` is what the
    rules call it; retrieval looks for it. `days_ago` is the range of days before today.
    `asks` are questions a user may have about it: examples of the tone, not a list to pick from.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    topic: str = Field(min_length=1)
    what: str = Field(min_length=1)
    quantities: tuple[Quantity, ...] = Field(min_length=1)
    slots: dict[str, tuple[str, ...]] = {}
    days_ago: tuple[int, int] = (2, 30)
    asks: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _slots_match(self) -> Self:
        import string

        used = {name for _, name, _, _ in string.Formatter().parse(self.what) if name}
        if used != set(self.slots):
            raise ValueError(
                f"{self.name}: slots {sorted(self.slots)} but text uses {sorted(used)}"
            )
        if any(not choices for choices in self.slots.values()):
            raise ValueError(f"{self.name}: a slot has no choices")
        if not 0 <= self.days_ago[0] <= self.days_ago[1]:
            raise ValueError(f"{self.name}: days_ago must be two days, the smaller first")
        return self


class Exchange(Record):
    """One worked exchange, shown to a model as an example of tone and length.

    `note` is the diary line, `said` what the user makes of it, `rule` what decides, word for
    word from the rules, `comparison` of the figures ("none" where there is none), `answer` the
    assistant's, `reaction` the user's few words on hearing it.
    """

    activity: str
    note: str
    said: str
    rule: str
    comparison: str
    answer: str
    reaction: str


class Scenario(Record):
    """A scenario: its description, roles, lexicon, rules and what users live through.

    `today` is the day on which the conversation takes place; no clock is ever read.
    `documents` are files or folders with the rules, relative to the scenario's file.
    `participants` are who takes part where that is more than one user and one assistant, and
    `policy` says who of them speaks next. `controls` are values, ranges or grids by name.
    """

    schema_version: Literal[1] = 1
    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    language: Language = "en"
    description: str = Field(min_length=1)
    today: date = date(2026, 3, 16)
    currency: str = "USD"
    roles: Roles
    jobs: tuple[str, ...] = ()
    occasions: tuple[str, ...] = ()
    lexicon: tuple[str, ...] = ()
    activities: tuple[Activity, ...] = ()
    examples: tuple[Exchange, ...] = ()
    documents: tuple[str, ...] = ()
    user_tools: tuple[str, ...] = ()
    assistant_tools: tuple[str, ...] = ()
    assistant_sees_record: bool = True
    participants: tuple[Seat, ...] = ()
    policy: Policy = "round_robin"
    controls: dict[str, Any] = {}

    @field_validator("participants")
    @classmethod
    def _told_apart(cls, seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
        check_seats(seats)
        return seats
