"""The frozen records that travel between stages; behaviour lives elsewhere."""

from trialogue.records.base import Record
from trialogue.records.dialogue import (
    Action,
    Dialogue,
    Fact,
    Origin,
    Participant,
    Passage,
    ScenarioRef,
    Speaker,
    ToolCall,
    Turn,
    Usage,
    UserProfile,
    Validation,
    Verdict,
)
from trialogue.records.goal import Subtask
from trialogue.records.persona import Persona
from trialogue.records.scenario import Activity, Exchange, Language, Quantity, Role, Roles, Scenario
from trialogue.records.start import Start
from trialogue.records.toolset import Column, RubricLine, Table, Toolset, ToolSpec, ToolTask

__all__ = [
    "Action",
    "Activity",
    "Column",
    "Dialogue",
    "Exchange",
    "Fact",
    "Language",
    "Origin",
    "Participant",
    "Passage",
    "Persona",
    "Quantity",
    "Record",
    "Role",
    "Roles",
    "RubricLine",
    "Scenario",
    "ScenarioRef",
    "Speaker",
    "Start",
    "Subtask",
    "Table",
    "ToolCall",
    "ToolSpec",
    "ToolTask",
    "Toolset",
    "Turn",
    "Usage",
    "UserProfile",
    "Validation",
    "Verdict",
]
