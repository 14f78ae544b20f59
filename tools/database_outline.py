"""What a made database is about: entities, what is noted of each, and what belongs to what."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from trialogue.records import Language, Record
from trialogue.records.toolset import NAME

Kind = Literal[
    "person",
    "title",
    "choice",
    "number",
    "amount",
    "code",
    "date",
    "time",
    "yes_no",
    "phone",
    "email",
]
Operation = Literal["get", "search", "create", "update", "delete"]
OPERATIONS: tuple[Operation, ...] = ("get", "search", "create", "update", "delete")


class Attribute(Record):
    """One thing noted of an entity.

    `values` are all that a choice may be, or titles that rows are drawn from; `low` and `high`
    bound numbers and amounts, in `unit`.
    """

    name: str = Field(pattern=NAME)
    label: str
    kind: Kind
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    values: tuple[str, ...] = ()


class Entity(Record):
    """A kind of thing that rows are kept of; `belongs_to` names entities that each row points to.

    `purposes` say in a sentence what the tool of an operation is for.
    """

    name: str = Field(pattern=NAME)
    label: str
    belongs_to: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    purposes: dict[Operation, str] = {}

    @property
    def key(self) -> str:
        """The name of the column that identifies a row."""
        return f"{self.name}_id"


class Outline(Record):
    """A domain as entities; each stands after those it belongs to."""

    domain: str
    language: Language = "en"
    questions: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = Field(min_length=1)

    def entity(self, name: str) -> Entity:
        """The entity of a name. Raises KeyError."""
        return {entity.name: entity for entity in self.entities}[name]

    def operations(self, entity: Entity) -> tuple[Operation, ...]:
        """What tools make sense: nothing is deleted that others may point to."""
        pointed = any(entity.name in other.belongs_to for other in self.entities)
        return OPERATIONS[:-1] if pointed else OPERATIONS
