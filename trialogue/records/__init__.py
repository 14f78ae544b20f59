"""The frozen records that travel between stages; behaviour lives elsewhere."""

from trialogue.records.base import Record
from trialogue.records.dialogue import (
    Action,
    Dialogue,
    Fact,
    Passage,
    ScenarioRef,
    Speaker,
    ToolCall,
    Turn,
    Usage,
    UserProfile,
)
from trialogue.records.scenario import Activity, Exchange, Language, Quantity, Role, Roles, Scenario

__all__ = [
    "Action",
    "Activity",
    "Dialogue",
    "Exchange",
    "Fact",
    "Language",
    "Passage",
    "Quantity",
    "Record",
    "Role",
    "Roles",
    "Scenario",
    "ScenarioRef",
    "Speaker",
    "ToolCall",
    "Turn",
    "Usage",
    "UserProfile",
]
