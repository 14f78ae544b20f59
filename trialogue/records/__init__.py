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
from trialogue.records.task import (
    Derivation,
    QuotedFact,
    ReasoningTask,
    SolverAnswer,
    TaskKind,
    TaskStatus,
)
from trialogue.records.toolset import Column, RubricLine, Table, Toolset, ToolSpec, ToolTask

__all__ = [
    "Action",
    "Activity",
    "Column",
    "Derivation",
    "Dialogue",
    "Exchange",
    "Fact",
    "Language",
    "Origin",
    "Participant",
    "Passage",
    "Persona",
    "Quantity",
    "QuotedFact",
    "ReasoningTask",
    "Record",
    "Role",
    "Roles",
    "RubricLine",
    "Scenario",
    "ScenarioRef",
    "SolverAnswer",
    "Speaker",
    "Start",
    "Subtask",
    "Table",
    "TaskKind",
    "TaskStatus",
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
