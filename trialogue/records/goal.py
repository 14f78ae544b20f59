"""What a user wants settled, piece by piece (U §3: a latent goal in several subtasks)."""

from typing import Literal

from pydantic import Field

from trialogue.records.base import Record

SubtaskState = Literal["open", "given", "done", "confirmed"]
SubtaskKind = Literal["point", "task", "goal"]


class Subtask(Record):
    """One thing to settle, and how far it has got.

    `kind` says where it comes from: a point of the user's story, a task of a tool set, or a goal
    given from outside. `source` is the number of the point or the id of the task, `text` the
    question or request. `hidden` are details the user tells only when asked for them. `given` and
    `done` are the 0-based indices of the turns in which it was raised and settled.
    """

    id: int = Field(ge=1)
    text: str
    kind: SubtaskKind = "point"
    source: str = ""
    hidden: tuple[str, ...] = ()
    state: SubtaskState = "open"
    given: int | None = None
    done: int | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing more is wanted of it."""
        return self.state in ("done", "confirmed")
