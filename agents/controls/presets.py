"""Named sets of controls for a kind of conversation."""

from collections.abc import Mapping

from trialogue.agents.controls.control import Control
from trialogue.agents.controls.files import data
from trialogue.agents.controls.request import (
    Fixed,
    Grid,
    Requested,
    Span,
    Wish,
    parse_controls,
)
from trialogue.errors import UsageError
from trialogue.tools.plugins import unknown_name


def presets() -> dict[str, Requested]:
    """The presets by name."""
    return {name: parse_controls(wishes) for name, wishes in data("presets").items()}


def with_preset(name: str | None, requested: Requested) -> Requested:
    """What is asked for, with a preset for the controls that are not named; None is no preset.

    A control may narrow what the preset says. Raises UsageError for an unknown preset and for a
    control that contradicts it.
    """
    if name is None:
        return requested
    offered = presets()
    if name not in offered:
        raise unknown_name("preset", name[:80], offered)
    preset = offered[name]
    for control, wish in requested.wishes.items():
        within = preset.wishes.get(control)
        if within is not None and not _inside(requested.known, control, wish, within):
            raise UsageError(
                f"--control {control}={wish} contradicts --preset {name}, which sets "
                f"{control}={within}; leave one of them out"
            )
    return requested.over(preset)


def _inside(known: Mapping[str, Control], name: str, wish: Wish, within: Wish) -> bool:
    asked, control = _ends(wish), known[name]
    if isinstance(within, Span):
        low, high = control.share(within.low), control.share(within.high)
        return all(low <= control.share(value) <= high for value in asked)
    inside = isinstance(wish, Fixed | Grid) and set(asked) <= set(_ends(within))
    return inside


def _ends(wish: Wish) -> tuple[int | float | str, ...]:
    match wish:
        case Fixed():
            return (wish.value,)
        case Span():
            return (wish.low, wish.high)
        case Grid():
            return wish.values
