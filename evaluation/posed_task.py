"""A reasoning task beside the dialogue that it asks about."""

from dataclasses import dataclass
from typing import Any

from trialogue.records import Dialogue, ReasoningTask


@dataclass(frozen=True)
class PosedTask:
    """A task with its dialogue; `answer` is the label as its file writes it, of any JSON type."""

    task: ReasoningTask
    dialogue: Dialogue
    answer: Any = None
