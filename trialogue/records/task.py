"""A reasoning task: a question on a dialogue whose label is proved (R §4.2, METHOD §5)."""

from typing import Literal

from pydantic import Field

from trialogue.records.base import Record

TaskKind = Literal["math", "common_sense"]
TaskStatus = Literal["verified", "needs_review", "accepted", "rejected"]
Asked = Literal["direct", "steps"]


class QuotedFact(Record):
    """A fact that a derivation rests on, with the words of the dialogue that give it.

    `name` is how the expression calls it. `value` is a decimal number ("480", "0.2" for 20%), an
    ISO date, or empty for a premise in words. `unit` is "CNY", "CNY/night", "nights", "days" or
    empty for a pure number and for a date. `turn` is the 0-based index of the turn in which
    `quote` stands word for word.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    value: str
    turn: int = Field(ge=0)
    quote: str = Field(min_length=1)
    unit: str = ""


class Derivation(Record):
    """Why a label holds: quoted facts, an expression over their names, and the rule in words.

    A math task's expression gives the label. A common-sense task's compares two amounts and is
    true for "yes"; it is empty where `rule` joins the premises in words only. `rule` says what
    everyone knows and the dialogue does not say.
    """

    facts: tuple[QuotedFact, ...] = ()
    expression: str = ""
    rule: str = ""


class SolverAnswer(Record):
    """What a solver made of a task; `answer` and `correct` are None where it failed.

    `answer` is what was read out of its text. A solver that failed is missing, not wrong.
    """

    model: str
    answer: str | None = None
    correct: bool | None = None
    asked: Asked = "direct"


class ReasoningTask(Record):
    """One task (Y, P, l): dialogue, question, label, with the proof and what solvers made of it.

    `label` is a plain decimal number for "math" and "yes" or "no" for "common_sense", in every
    language; `unit` is what the number counts. `accuracy` is the mean over the solvers that
    answered, None where none did. `status` is "verified" where code proved the label,
    "accepted" where a person did, "needs_review" where a person has to, "rejected" else;
    `reason` says why in the latter two. `generation` counts refinements, `replaces` is the id of
    the task in whose place this one came. `pair` is shared by tasks that ask the same in the same
    words about another figure, so that both labels occur.
    """

    schema_version: Literal[1] = 1
    id: str
    dialogue_id: str
    kind: TaskKind
    question: str = Field(min_length=1)
    label: str = Field(min_length=1)
    derivation: Derivation | None = None
    solvers: tuple[SolverAnswer, ...] = ()
    accuracy: float | None = Field(default=None, ge=0, le=1)
    status: TaskStatus = "needs_review"
    generation: int = Field(default=0, ge=0)
    language: str = "en"
    unit: str = ""
    reason: str = ""
    pair: str = ""
    replaces: str = ""

    @property
    def usable(self) -> bool:
        """Whether its label stands: proved by code or accepted by a person."""
        return self.status in ("verified", "accepted")
