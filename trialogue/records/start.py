"""From where a dialogue goes on: the state that an earlier one had reached (METHOD §3)."""

from trialogue.records.base import Record
from trialogue.records.dialogue import (
    Action,
    Origin,
    Participant,
    ScenarioRef,
    Turn,
    UserProfile,
)
from trialogue.records.goal import Subtask


class Start(Record):
    """What a dialogue goes on from: who it was with, what was said, what is wanted now.

    `goal` are the subtasks so far, the settled ones too, with the indices of their turns; `goals`
    are further ones, raised after those of them that are still open. `origin` says which dialogue
    it was, `scenario` is None where that was not made here.
    """

    user: UserProfile
    trajectory: tuple[Action, ...] = ()
    turns: tuple[Turn, ...] = ()
    goal: tuple[Subtask, ...] = ()
    goals: tuple[str, ...] = ()
    participants: tuple[Participant, ...] = ()
    scenario: ScenarioRef | None = None
    origin: Origin | None = None
