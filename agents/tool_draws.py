"""Draws what tasks are about from the rows of made tables, and says what calls on them give."""

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

from trialogue.agents.tool_plans import Row, Step
from trialogue.records import Table
from trialogue.tools.database_outline import Attribute, Entity, Outline
from trialogue.tools.database_rows import other_value
from trialogue.tools.database_tools import MOST_FOUND, table_of


class Named(NamedTuple):
    """A row that its name alone tells from the others."""

    entity: Entity
    by: Attribute
    row: Row

    @property
    def name(self) -> str:
        """The name."""
        return str(self.row[self.by.name])


class Draws:
    """Draws from an outline and its tables; every draw changes `random`."""

    def __init__(self, outline: Outline, tables: tuple[Table, ...], random: Random) -> None:
        self.outline, self.tables, self.random = outline, tables, random

    def entity(self, *, deleted: bool = False) -> Entity:
        """Some entity; with `deleted` one whose rows may be deleted."""
        able = [
            entity
            for entity in self.outline.entities
            if not deleted or "delete" in self.outline.operations(entity)
        ]
        return self.random.choice(able)

    def pair(self) -> tuple[Entity, Entity]:
        """An entity and one that it belongs to."""
        child = self.random.choice([each for each in self.outline.entities if each.belongs_to])
        return child, self.outline.entity(self.random.choice(child.belongs_to))

    def row(self, entity: Entity) -> Row:
        """Some row of the entity."""
        return self.random.choice(self._rows(entity))

    def attribute(self, entity: Entity, *, apart: str = "") -> Attribute:
        """Some attribute with another name than `apart`."""
        return self.random.choice([each for each in entity.attributes if each.name != apart])

    def above(self, row: Row, parent: Entity) -> Row:
        """The row of `parent` that a row points to."""
        return next(each for each in self._rows(parent) if each[parent.key] == row[parent.key])

    def named(self, entity: Entity) -> Named | None:
        """Some row of the entity that is alone with its name; None if the draw finds none."""
        by = next((each for each in entity.attributes if each.kind in ("title", "person")), None)
        if by is None:
            return None
        row = self.row(entity)
        alone = len(self.search(entity, by.name, row[by.name]).rows) == 1
        return Named(entity, by, row) if alone else None

    def changed(self, entity: Entity, row: Row) -> tuple[Attribute, Any] | None:
        """Something of a row that may become another value; of dates only the last."""
        dates = [each for each in entity.attributes if each.kind == "date"]
        able = [each for each in entity.attributes if each.kind in ("choice", "number")]
        able += dates[-1:]
        if not able:
            return None
        attribute = self.random.choice(able)
        value = other_value(attribute, row[attribute.name], self.random)
        return None if value is None else (attribute, value)

    def new_row(self, entity: Entity) -> dict[str, Any]:
        """A row that could be added, with the key that it will get."""
        made = dict(self.row(entity))
        for attribute in entity.attributes:
            if attribute.kind in ("choice", "number"):
                other = other_value(attribute, made[attribute.name], self.random)
                made[attribute.name] = made[attribute.name] if other is None else other
        for parent in map(self.outline.entity, entity.belongs_to):
            made[parent.key] = self.row(parent)[parent.key]
        keys = [str(row[entity.key]).split("-") for row in self._rows(entity)]
        made[entity.key] = f"{keys[0][0]}-{max(int(number) for _, number in keys) + 1}"
        return made

    def get(self, entity: Entity, row: Row) -> Step:
        """The call that gives a row."""
        return Step(f"get_{entity.name}", {entity.key: row[entity.key]}, (row,))

    def search(self, entity: Entity, column: str, value: str) -> Step:
        """The call that finds the rows with `value` in a text or as what they point to."""
        exact = any(column == self.outline.entity(name).key for name in entity.belongs_to)
        rows = [
            row
            for row in self._rows(entity)
            if (row[column] == value if exact else value.lower() in str(row[column]).lower())
        ]
        ordered = sorted(rows, key=lambda row: str(row[entity.key]))
        return Step(f"search_{entity.name}", {column: value}, tuple(ordered[:MOST_FOUND]))

    def _rows(self, entity: Entity) -> Sequence[Row]:
        return table_of(entity, self.tables).rows
