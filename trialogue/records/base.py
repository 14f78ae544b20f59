"""What all records share: frozen, closed to unknown keys, written as one JSON line."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen record that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_line(self) -> str:
        """One JSON line, keys in declared order, no trailing newline."""
        return self.model_dump_json()
