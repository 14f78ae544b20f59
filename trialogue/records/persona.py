"""Who a user is, in typed facets."""

from typing import Literal

from pydantic import Field

from trialogue.records.base import Record

Level = Literal["low", "medium", "high"]
DecisionStyle = Literal["rational", "intuitive", "dependent", "avoidant", "spontaneous"]


class Persona(Record):
    """The facets of a user. A facet that is None is drawn.

    `expertise` is 1 for an expert to 5 for a novice, as paper C counts the knowledge gap.
    """

    name: str | None = None
    age: int | None = Field(default=None, ge=1, le=120)
    job: str | None = None
    expertise: int | None = Field(default=None, ge=1, le=5)
    mood: str | None = None
    patience: Level | None = None
    decision_style: DecisionStyle | None = None
    language: str | None = None
