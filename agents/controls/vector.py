"""Controls as a vector in [-1, 1]^d and back (METHOD §4), linear in each control's range."""

from collections.abc import Iterable, Mapping, Sequence

from trialogue.agents.controls.control import Control, Level, Value


def coordinates(known: Mapping[str, Control], level: Level) -> tuple[Control, ...]:
    """The ordered controls of a level: what the coordinates of θ or φ stand for, in order."""
    return tuple(c for c in known.values() if c.level == level and c.ordered)


def vector(values: Mapping[str, Value], controls: Iterable[Control]) -> tuple[float, ...]:
    """The values as numbers from -1 (low end) to 1; a control without a value is 0."""
    return tuple(
        2 * c.share(c.checked(values[c.name])) - 1 if c.name in values else 0.0 for c in controls
    )


def from_vector(numbers: Sequence[float], controls: Sequence[Control]) -> dict[str, Value]:
    """The values that a vector stands for; numbers outside [-1, 1] are cut to it."""
    return {
        control.name: control.at((number + 1) / 2)
        for control, number in zip(controls, numbers, strict=True)
    }
