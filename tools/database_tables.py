"""Tables for an outline: a key each, columns of closed types, references that name their table."""

from trialogue.records.toolset import Column, ColumnType, Table
from trialogue.tools.database_names import plural, prefixes
from trialogue.tools.database_outline import Attribute, Entity, Kind, Outline
from trialogue.tools.database_phrases import phrase

# Dates of made rows; a clock would make other rows another day.
SPAN = ("2026-01-01", "2026-12-31")
BIRTHS = ("1950-01-01", "2008-12-31")
FIRST_KEY = 101
_TYPES: dict[Kind, ColumnType] = {
    "number": "integer",
    "amount": "decimal",
    "date": "date",
    "yes_no": "boolean",
}


def make_tables(outline: Outline) -> tuple[Table, ...]:
    """A table for each entity, without rows, in the outline's order."""
    starts = prefixes([entity.name for entity in outline.entities])
    return tuple(_table(entity, outline, starts) for entity in outline.entities)


def first_key(entity: Entity, outline: Outline) -> str:
    """The key of the first row, such as "L-101"; later rows count on."""
    return f"{prefixes([each.name for each in outline.entities])[entity.name]}-{FIRST_KEY}"


def _table(entity: Entity, outline: Outline, starts: dict[str, str]) -> Table:
    said = phrase(outline.language)
    example = f"{starts[entity.name]}-{FIRST_KEY}"
    key = Column(
        name=entity.key,
        type="text",
        description=said("key", label=entity.label, example=example),
        key=True,
    )
    parents = [outline.entity(name) for name in entity.belongs_to]
    pointers = [
        Column(
            name=parent.key,
            type="text",
            description=said(
                "key", label=parent.label, example=f"{starts[parent.name]}-{FIRST_KEY}"
            ),
            references=f"{plural(parent.name)}.{parent.key}",
        )
        for parent in parents
    ]
    own = [_column(attribute, entity, outline) for attribute in entity.attributes]
    return Table(
        name=plural(entity.name),
        description=said("table", label=entity.label),
        columns=(key, *pointers, *own),
    )


def _column(attribute: Attribute, entity: Entity, outline: Outline) -> Column:
    name = "measured" if attribute.unit else "column"
    said = phrase(outline.language)(
        name, label=attribute.label, entity=entity.label, unit=attribute.unit
    )
    earliest, latest = span(attribute) if attribute.kind == "date" else (None, None)
    return Column(
        name=attribute.name,
        type=_TYPES.get(attribute.kind, "text"),
        description=said,
        low=attribute.low,
        high=attribute.high,
        earliest=earliest,
        latest=latest,
        values=attribute.values if attribute.kind == "choice" else (),
    )


def span(attribute: Attribute) -> tuple[str, str]:
    """The first and the last day that a date may be."""
    born = "birth" in attribute.name or "born" in attribute.name or "出生" in attribute.label
    return BIRTHS if born else SPAN
