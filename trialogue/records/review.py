"""What a person says about a task's label."""

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from trialogue.records.base import Record

Decision = Literal["accept", "correct", "reject", "skip"]


class Review(Record):
    """One decision of one reviewer about one task; a later one of the same reviewer counts.

    `label` is the right one where the decision is "correct", and empty elsewhere; `note` is free
    text; `when` has a time zone.
    """

    schema_version: Literal[1] = 1
    task_id: str = Field(min_length=1)
    reviewer: str = Field(min_length=1)
    decision: Decision
    when: datetime
    label: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _check_label(self) -> "Review":
        if bool(self.label) != (self.decision == "correct"):
            raise ValueError("a correction, and nothing else, names the right label")
        if self.when.tzinfo is None:
            raise ValueError("when has no time zone")
        return self
