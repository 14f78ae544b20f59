"""A control parameter (METHOD §2): what may be set, what it means, how it is told and measured."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from trialogue.agents.checks import Side
from trialogue.errors import UsageError
from trialogue.records import Dialogue, Language
from trialogue.tools.plugins import unknown_name

Value = int | float | str
Kind = Literal["integer", "number", "grade", "category", "text"]
Level = Literal["theta", "phi", "profile", "scenario"]
Measure = Callable[[Dialogue], float | None]
LineMeasure = Callable[[str, Language], float | None]

_LONGEST = 300


@dataclass(frozen=True)
class Example:
    """A line said again with a control at `level`, on the control's own scale."""

    level: float
    line: str
    said: str


@dataclass(frozen=True)
class Wording:
    """How a control reads in one language.

    `low` and `high` are the meanings of the ends; `options` those of the choices of a category.
    """

    label: str
    definition: str
    low: str = ""
    high: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Control:
    """One control, declared once.

    `kind`: "integer" and "number" run from `low` to `high`; "grade" has ordered `choices` (A to F),
    "category" unordered ones; "text" takes any text. `level` is what the control belongs to.
    `measure` finds the property in a finished dialogue: on the control's own scale or on one that
    rises with it, None where the dialogue does not show it. `line`, for a property of single
    lines, finds it in one text, on the control's own scale.
    """

    name: str
    kind: Kind
    level: Level
    sides: tuple[Side, ...]
    wordings: Mapping[Language, Wording] = field(hash=False)
    measure: Measure
    low: float = 0.0
    high: float = 1.0
    choices: tuple[str, ...] = ()
    line: LineMeasure | None = None

    @property
    def ordered(self) -> bool:
        """Whether values have an order, so that ranges make sense."""
        return self.kind in ("integer", "number", "grade")

    @property
    def allowed(self) -> str:
        """What may be set, for people: "0 to 1", "A to F", "a text", names of choices."""
        match self.kind:
            case "integer" | "number":
                return f"{self.low:g} to {self.high:g}"
            case "grade":
                return f"{self.choices[0]} to {self.choices[-1]}"
            case "category":
                return ", ".join(self.choices)
            case "text":
                return f"a text of at most {_LONGEST} characters"

    def checked(self, value: Any) -> Value:
        """`value`, also given as text, as one this control allows; raises UsageError."""
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self._refused(value)
        match self.kind:
            case "integer" | "number":
                return self._numeric(value)
            case "grade":
                return self._grade(str(value))
            case "category":
                return self._choice(str(value))
            case "text":
                return self._text(str(value))

    def told(self, value: Value, language: Language) -> str:
        """Definition, ends and the value as a number, as a prompt says it."""
        words = self.wordings[language]
        if self.kind in ("category", "text"):
            meaning = words.options.get(str(value), "")
            shown = f"{value} ({meaning})" if meaning and language == "en" else str(value)
            if language == "zh":
                return f"{words.label}：{meaning or value}。{words.definition}"
            return f"{words.label}: {shown}. {words.definition}"
        low, high = (self.choices[0], self.choices[-1]) if self.choices else self._ends()
        if language == "zh":
            scale = f"{low}为{words.low}，{high}为{words.high}"
            return f"{words.label}：{_shown(value)}（{scale}）。{words.definition}"
        scale = f"{low} is {words.low}, {high} is {words.high}"
        return f"{words.label}: {_shown(value)} ({scale}). {words.definition}"

    def share(self, value: Value) -> float:
        """Where an ordered value lies between the ends, from 0 to 1."""
        if self.kind == "grade":
            return self.choices.index(str(value)) / max(1, len(self.choices) - 1)
        return (float(value) - self.low) / (self.high - self.low)

    def at(self, share: float) -> Value:
        """The ordered value nearest to a share of the way from low to high; the share is cut
        to 0…1."""
        share = min(1.0, max(0.0, share))
        if self.kind == "grade":
            return self.choices[round(share * (len(self.choices) - 1))]
        value = self.low + share * (self.high - self.low)
        return round(value) if self.kind == "integer" else round(value, 4)

    def _ends(self) -> tuple[str, str]:
        return f"{self.low:g}", f"{self.high:g}"

    def _numeric(self, value: Value) -> Value:
        try:
            number = float(value)
        except (ValueError, OverflowError) as error:
            raise self._refused(value) from error
        if not math.isfinite(number) or not self.low <= number <= self.high:
            raise self._refused(value)
        if self.kind == "number":
            return number
        if number != int(number):
            raise self._refused(value, "a whole number ")
        return int(number)

    def _grade(self, value: str) -> str:
        if value.strip().upper() not in self.choices:
            raise self._refused(value)
        return value.strip().upper()

    def _choice(self, value: str) -> str:
        name = value.strip().lower().replace(" ", "_").replace("-", "_")
        if name not in self.choices:
            raise unknown_name(f"value of {self.name}", value.strip()[:80], self.choices)
        return name

    def _text(self, value: str) -> str:
        text = " ".join(value.split())
        if not text or len(text) > _LONGEST:
            raise self._refused(text or "nothing")
        return text

    def _refused(self, value: Any, what: str = "") -> UsageError:
        shown = " ".join(str(value).split())[:80]
        return UsageError(f"control {self.name}: {shown!r} is not {what}allowed: {self.allowed}")


def _shown(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
