"""Rows of made tables, drawn from a seed: keys count up, references exist, dates are in order."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from trialogue.records.toolset import Table
from trialogue.tools.database_outline import Attribute, Entity, Outline
from trialogue.tools.database_tables import FIRST_KEY, first_key, span

Row = dict[str, Any]
Rows = dict[str, list[Row]]
People = Callable[[Random], str]
_APART = 21
_STEPS = 40


def with_rows(
    outline: Outline, tables: Sequence[Table], seed: int, count: int, people: People
) -> tuple[Table, ...]:
    """The tables with `count` rows each; `people` draws a name. The same seed, the same rows."""
    rows: Rows = {}
    for entity in outline.entities:
        rows[entity.name] = _rows(entity, outline, Random(f"{seed}/{entity.name}"), count, people)
        _point(rows, entity, outline, Random(f"{seed}/{entity.name}/points"))
    made = zip(tables, outline.entities, strict=True)
    return tuple(_filled(table, rows[entity.name]) for table, entity in made)


def _filled(table: Table, rows: list[Row]) -> Table:
    names = [column.name for column in table.columns]
    ordered = tuple({name: row[name] for name in names} for row in rows)
    return table.model_copy(update={"rows": ordered})


def _rows(
    entity: Entity, outline: Outline, random: Random, count: int, people: People
) -> list[Row]:
    start = first_key(entity, outline).partition("-")[0]
    keys = [f"{start}-{FIRST_KEY + number}" for number in range(count)]
    columns = {
        attribute.name: _values(attribute, random, count, people)
        for attribute in entity.attributes
        if attribute.kind not in ("date", "time", "email")
    }
    rows = [{entity.key: key} for key in keys]
    for name, values in columns.items():
        for row, value in zip(rows, values, strict=True):
            row[name] = value
    for row in rows:
        row |= _dates(entity, random)
        row |= _times(entity, random)
        row |= _addresses(entity, row)
    return rows


def _point(rows: Rows, entity: Entity, outline: Outline, random: Random) -> None:
    """Let every row point to rows that exist."""
    for parent in (outline.entity(name) for name in entity.belongs_to):
        keys = [row[parent.key] for row in rows[parent.name]]
        for row in rows[entity.name]:
            row[parent.key] = random.choice(keys)


def _values(attribute: Attribute, random: Random, count: int, people: People) -> list[Any]:
    if attribute.kind == "title":
        return _dealt(attribute.values, random, count)
    if attribute.kind == "person":
        return _different(lambda: people(random), count)
    draw = _DRAWS[attribute.kind]
    return [draw(attribute, random) for _ in range(count)]


def _dealt(values: Sequence[str], random: Random, count: int) -> list[str]:
    """Each value once before any comes again."""
    pile: list[str] = []
    while len(pile) < count:
        pile += random.sample(values, len(values))
    return pile[:count]


def _different(draw: Callable[[], str], count: int) -> list[str]:
    """`count` draws without repeats, as long as there are others to be found."""
    found: dict[str, None] = {}
    tries = 0
    while len(found) < count and tries < 50 * count:
        found[draw()] = None
        tries += 1
    return [*found, *(draw() for _ in range(count - len(found)))]


def _number(attribute: Attribute, random: Random) -> int:
    low, high = _bounds(attribute)
    return random.randint(int(low), int(high))


def _amount(attribute: Attribute, random: Random) -> float:
    """A round amount: halves where the range is small, so that a float holds it exactly."""
    low, high = _bounds(attribute)
    step = Decimal("0.5") if high - low <= _STEPS else Decimal(max(1, int(high - low) // _STEPS))
    return float(low + step * random.randint(0, int((high - low) / step)))


def _bounds(attribute: Attribute) -> tuple[Decimal, Decimal]:
    assert attribute.low is not None
    assert attribute.high is not None
    return attribute.low, attribute.high


def _code(_: Attribute, random: Random) -> str:
    letters = "".join(random.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=2))
    return f"{letters}{random.randint(10_000, 99_999)}"


def _phone(_: Attribute, random: Random) -> str:
    return f"555-{random.randint(100, 199):04}"


_DRAWS: Mapping[str, Callable[[Attribute, Random], Any]] = {
    "choice": lambda attribute, random: random.choice(attribute.values),
    "number": _number,
    "amount": _amount,
    "code": _code,
    "yes_no": lambda _, random: random.random() < 0.5,
    "phone": _phone,
}


def other_value(attribute: Attribute, value: Any, random: Random) -> Any:
    """Another value that a choice, number or date of a row may have; None if there is none."""
    if attribute.kind == "choice":
        others = [each for each in attribute.values if each != value]
        return random.choice(others) if others else None
    if attribute.kind == "number":
        low, high = _bounds(attribute)
        others = [each for each in (value - 1, value + 1, value + 2) if low <= each <= high]
        return random.choice(others) if others else None
    day = date.fromisoformat(value) + timedelta(days=random.randint(1, _APART))
    return day.isoformat() if day.isoformat() <= span(attribute)[1] else None


def _dates(entity: Entity, random: Random) -> Row:
    """The dates of a row; of those in the same span each is later than the one before it."""
    found: Row = {}
    dates = [attribute for attribute in entity.attributes if attribute.kind == "date"]
    for reach in sorted({span(attribute) for attribute in dates}):
        first, last = (date.fromisoformat(day) for day in reach)
        alike = [attribute for attribute in dates if span(attribute) == reach]
        room = (last - first).days - _APART * len(alike)
        day = first + timedelta(days=random.randint(0, room))
        for attribute in alike:
            found[attribute.name] = day.isoformat()
            day += timedelta(days=random.randint(1, _APART))
    return found


def _times(entity: Entity, random: Random) -> Row:
    """The times of a row, by day and on the half hour, each later than the one before it."""
    names = [each.name for each in entity.attributes if each.kind == "time"]
    halves = sorted(random.sample(range(16, 38), len(names)))
    return {name: f"{h // 2:02}:{30 * (h % 2):02}" for name, h in zip(names, halves, strict=True)}


def _addresses(entity: Entity, row: Row) -> Row:
    """E-mail addresses that go with the row's person, else with its key."""
    people = [row[each.name] for each in entity.attributes if each.kind == "person"]
    name = next((person for person in people if person.isascii()), row[entity.key])
    local = "".join(c if c.isalnum() else "." for c in name.lower()).strip(".")
    emails = [each.name for each in entity.attributes if each.kind == "email"]
    return dict.fromkeys(emails, f"{local}@example.org")
