"""The controls of one dialogue: what prompts are told, and how far a line is from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trialogue.agents.checks import Check, Fault, Side
from trialogue.agents.controls.control import Control, Value
from trialogue.agents.controls.declared import all_controls
from trialogue.records import Language

NEAR = 0.15


@dataclass(frozen=True)
class Manner:
    """The values drawn for one dialogue, in its language.

    `known` are the controls they belong to, by default `all_controls()`. An empty manner asks for
    nothing.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    language: Language = "en"
    known: Mapping[str, Control] | None = None

    def __bool__(self) -> bool:
        return bool(self.values)

    def value(self, name: str, default: Any = None) -> Any:
        """The value of a control, or `default` where it is not set."""
        return self.values.get(name, default)

    def told(self, side: Side, names: tuple[str, ...] | None = None) -> str:
        """One line a set control that concerns the side: definition, ends and value; or "".

        `names` narrows it to some controls.
        """
        lines = [
            control.told(value, self.language)
            for control, value in self._set(side)
            if names is None or control.name in names
        ]
        return "\n".join(lines)

    def checks(self, side: Side) -> tuple[Check, ...]:
        """For each set property of lines, a fault that is not fatal where a line is far from it."""
        return tuple(self._check(control, value) for control, value in self.lined(side))

    def lined(self, side: Side) -> tuple[tuple[Control, Value], ...]:
        """The set controls of a side that a single line shows, with their values."""
        return tuple(pair for pair in self._set(side) if pair[0].line is not None)

    def names(self, side: Side) -> tuple[str, ...]:
        """The names of `lined`."""
        return tuple(control.name for control, _ in self.lined(side))

    def distance(self, side: Side, text: str) -> float:
        """How far a line is from what is asked, from 0 to 1: mean over the set properties."""
        gaps = [self._gap(control, value, text) for control, value in self.lined(side)]
        return sum(gaps) / len(gaps) if gaps else 0.0

    def _set(self, side: Side) -> list[tuple[Control, Value]]:
        if not self.values:
            return []
        known = all_controls() if self.known is None else self.known
        chosen = ((known[name], value) for name, value in self.values.items())
        return [pair for pair in chosen if side in pair[0].sides]

    def _gap(self, control: Control, value: Value, text: str) -> float:
        found = control.line(text, self.language) if control.line else None
        return 0.0 if found is None else abs(control.share(found) - control.share(value))

    def _check(self, control: Control, value: Value) -> Check:
        def check(text: str) -> Fault | None:
            far = self._gap(control, value, text) > NEAR
            return Fault(f"is far from {control.name} {value}", fatal=False) if far else None

        return check
