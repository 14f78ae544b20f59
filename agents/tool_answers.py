"""What a model proposes for a set of tools, before a program has looked at it."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from trialogue.tools.database_outline import Kind, Operation

_NAME = r"^[a-z][a-z_]{1,23}$"
Short = Annotated[str, Field(min_length=1, max_length=40)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Questions(_Answer):
    """What users of the domain ask for."""

    questions: list[Annotated[str, Field(min_length=4, max_length=140)]] = Field(
        min_length=4, max_length=8
    )


class ProposedEntity(_Answer):
    """A thing that rows are kept of, and the other things that each row points to."""

    name: str = Field(pattern=_NAME)
    label: Short
    belongs_to: list[str] = Field(max_length=3)


class Entities(_Answer):
    """The things that a database of the domain holds."""

    entities: list[ProposedEntity] = Field(min_length=2, max_length=4)


class ProposedColumn(_Answer):
    """One thing noted of an entity."""

    name: str = Field(pattern=_NAME)
    label: Short
    kind: Kind
    details: list[Short] = Field(max_length=8)


class Columns(_Answer):
    """What is noted of one entity."""

    columns: list[ProposedColumn] = Field(min_length=2, max_length=5)


class Values(_Answer):
    """Values that a title may take."""

    values: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field(
        min_length=3, max_length=40
    )


def purposes(operations: tuple[Operation, ...]) -> type[BaseModel]:
    """The answer that has a sentence for each operation."""
    sentence = Annotated[str, Field(min_length=4, max_length=140)]
    fields: dict[str, Any] = dict.fromkeys(operations, (sentence, ...))
    return create_model("Purposes", __base__=_Answer, **fields)
