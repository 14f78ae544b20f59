"""The controls that an optimisation tunes: each one an axis of the box [-1, 1]^d (METHOD §4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from trialogue.agents.controls.control import Control, Level, Value
from trialogue.agents.controls.declared import all_controls
from trialogue.agents.controls.request import Span, parse_controls
from trialogue.errors import UsageError
from trialogue.records import Dialogue
from trialogue.tools.plugins import unknown_name

MOST = 20
USUAL_TURNS = "turns=2..6"
"""Longer dialogues cost more; who can afford them says so."""


@dataclass(frozen=True)
class Axis:
    """A control between two values of it; -1 stands for `low`, 1 for `high`."""

    control: Control
    low: Value
    high: Value

    @property
    def name(self) -> str:
        """The control's name."""
        return self.control.name

    def value(self, coordinate: float) -> Value:
        """The value that a coordinate stands for; coordinates outside [-1, 1] are cut to it."""
        share = (min(1.0, max(-1.0, coordinate)) + 1) / 2
        low, high = self._ends
        return self.control.at(low + share * (high - low))

    def coordinate(self, share: float) -> float:
        """The coordinate of a share of the control's whole range, cut to [-1, 1]."""
        low, high = self._ends
        return min(1.0, max(-1.0, 2 * (share - low) / (high - low) - 1))

    def met(self, dialogues: Iterable[Dialogue]) -> float:
        """The coordinate at which dialogues stand that were made without the control.

        A measure on another scale than the control's own counts as near as it comes; 0, the
        middle, where nothing shows the property.
        """
        found = [self.control.measure(dialogue) for dialogue in dialogues]
        there = [value for value in found if value is not None]
        if not there:
            return 0.0
        control, value = self.control, fmean(there)
        if control.kind == "grade":
            return self.coordinate(value)
        return self.coordinate((value - control.low) / (control.high - control.low))

    @property
    def _ends(self) -> tuple[float, float]:
        return self.control.share(self.low), self.control.share(self.high)


def values_at(axes: Sequence[Axis], point: Iterable[float]) -> dict[str, Value]:
    """The values of the controls at a point of the box."""
    return {axis.name: axis.value(float(x)) for axis, x in zip(axes, point, strict=True)}


def usual_axes(mode: str, reactions: bool) -> list[str]:
    """The controls that are tuned where nobody says which, as `chosen_axes` takes them."""
    turns = ("formality", "technical_language", "verbosity", "lexical_variety")
    asking = ("knowledge_gap",) if mode == "user" else ()
    hearing = ("feedback",) if reactions else ()
    return [USUAL_TURNS, "focus", "disclosure", "smoothness", *asking, *hearing, *turns]


def chosen_axes(
    names: Iterable[str], fixed: Mapping[str, Any], *, usual: bool = False
) -> dict[Level, tuple[Axis, ...]]:
    """The axes of θ and φ from names such as "formality" or "turns=2..6".

    `fixed` are controls that are set already: with `usual` names they are left out, else refused.
    Raises UsageError for what cannot be tuned, and where one of the levels has nothing to tune.
    """
    found: dict[Level, list[Axis]] = {"theta": [], "phi": []}
    for axis in map(_axis, dict.fromkeys(names)):
        if axis.name in fixed and not usual:
            raise UsageError(f"control {axis.name} is set and tuned at once; leave one of them out")
        if axis.name not in fixed:
            found[axis.control.level].append(axis)
    for level, what in (("theta", "dialogues, such as turns"), ("phi", "turns, such as formality")):
        count = len(found[level])  # type: ignore[index]
        if not 1 <= count <= MOST:
            raise UsageError(f"tuning needs 1 to {MOST} controls of {what}; there are {count}")
    return {level: tuple(axes) for level, axes in found.items()}


def _axis(text: str) -> Axis:
    name, given, _ = text.partition("=")
    name, known = name.strip().replace("-", "_"), all_controls()
    if name not in known:
        raise unknown_name("control", name[:80], known)
    control = known[name]
    if not control.ordered or control.level not in ("theta", "phi"):
        raise UsageError(f"control {name} cannot be tuned: it is no matter of more or less")
    if control.level == "phi" and control.line is None:
        raise UsageError(f"control {name} cannot be tuned: no single line shows it")
    if not given:
        return Axis(control, control.at(0.0), control.at(1.0))
    span = parse_controls([text]).wishes[name]
    if not isinstance(span, Span):
        raise UsageError(
            f"control {name} is tuned over a range, such as {name}={control.at(0)}..{control.at(1)}"
        )
    return Axis(control, span.low, span.high)
