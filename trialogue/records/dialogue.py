"""What travels between stages: user profile, trajectory, turns, dialogue (R §3.3-3.5)."""

from typing import Any, Literal

from pydantic import Field

from trialogue.records.base import Record
from trialogue.records.goal import Subtask
from trialogue.records.persona import Persona
from trialogue.records.toolset import Weight

Speaker = Literal["user", "assistant"]


class ToolCall(Record):
    """One tool call with its result as text, verbatim."""

    name: str
    arguments: dict[str, Any] = {}
    result: str = ""


class Fact(Record):
    """One entry of the ledger: an individual figure, never a total (R §3.4).

    `value` is a decimal number as text; `when` is an ISO date.
    """

    name: str
    value: str
    unit: str
    when: str | None = None


class Action(Record):
    """One activity a_i of the user (eq. 2): what happened, which figures, what is remembered."""

    index: int = Field(ge=1)
    action: str
    topic: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    facts: tuple[Fact, ...] = ()
    memory: str = ""


class UserProfile(Record):
    """A candidate user u_i of the pool U (eq. 1); `persona` holds its facets."""

    id: str
    identity: str
    intent: str
    problems: tuple[str, ...]
    persona: Persona | None = None


class Passage(Record):
    """A piece of external knowledge K with its source address."""

    id: str
    text: str
    source: str
    heading: str = ""


class Turn(Record):
    """One utterance. `rewrites` counts rejected drafts; `sources` are passages it rests on.

    `name` says who of several users or assistants speaks; empty where there is one of each.
    """

    speaker: Speaker
    text: str
    name: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    sources: tuple[str, ...] = ()
    rewrites: int = 0


class Usage(Record):
    """What was paid for: calls, tokens, and money where prices are known (USD)."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None

    def __add__(self, other: "Usage") -> "Usage":
        """Both together; the cost is known where one of them is."""
        costs = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Usage(
            calls=self.calls + other.calls,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost=sum(costs) if costs else None,
        )


class Participant(Record):
    """One who takes part: which side, under which name, and what they are there for."""

    speaker: Speaker
    name: str = Field(min_length=1)
    description: str = ""


class Verdict(Record):
    """One rubric line as judged, with the reason."""

    line: str
    weight: Weight
    passed: bool
    why: str = ""


class Validation(Record):
    """Whether a dialogue holds (METHOD §3): only a failed critical line rejects it."""

    valid: bool
    verdicts: tuple[Verdict, ...] = ()


class Origin(Record):
    """The dialogue that this one goes on from, and how many of its turns were taken over."""

    dialogue: str
    turns: int


class ScenarioRef(Record):
    """The scenario as a dialogue names it."""

    id: str
    name: str
    language: str


class Dialogue(Record):
    """A finished dialogue Y, or the record of one that failed (`stop_reason` "failed")."""

    schema_version: Literal[1] = 1
    id: str
    scenario: ScenarioRef
    user: UserProfile
    trajectory: tuple[Action, ...] = ()
    turns: tuple[Turn, ...] = ()
    mode: Literal["task", "user"] = "task"
    goal: tuple[Subtask, ...] = ()
    participants: tuple[Participant, ...] = ()
    origin: Origin | None = None
    validation: Validation | None = None
    controls: dict[str, Any] = {}
    models: dict[str, str] = {}
    prompts: dict[str, str] = {}
    seed: int = 0
    stop_reason: str
    error: str | None = None
    usage: Usage = Usage()
    scores: dict[str, float] = {}
    sources: tuple[str, ...] = ()

    @property
    def rounds(self) -> int:
        """User turns answered by the assistant (METHOD §1.5)."""
        return sum(
            a.speaker == "user" and b.speaker == "assistant"
            for a, b in zip(self.turns, self.turns[1:], strict=False)
        )
