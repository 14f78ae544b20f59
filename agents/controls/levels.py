"""The levels at which a control is studied: evenly spaced over its range, or listed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trialogue.agents.controls.control import Control, Value
from trialogue.agents.controls.declared import all_controls
from trialogue.errors import UsageError
from trialogue.tools.plugins import unknown_name

Levels = int | str | Sequence[Any]


def studied_levels(
    controls: Iterable[str] | Mapping[str, Levels | None],
    levels: Levels = 5,
    known: Mapping[str, Control] | None = None,
) -> dict[str, tuple[Value, ...]]:
    """The levels of each control by name.

    `controls` are names, also with levels of their own as "formality=0|0.5|1", or a mapping of
    names to levels, None for the usual ones, which are `levels`: a number of levels, evenly spaced
    over the range, or a list. Levels that fall together count once. Raises UsageError for an
    unknown control, fewer than two levels, or no list where values have no order.
    """
    known = all_controls() if known is None else known
    found: dict[str, tuple[Value, ...]] = {}
    for name, own in _named(controls):
        if name not in known:
            raise unknown_name("control", name[:80], known)
        if name in found:
            raise UsageError(f"control {name} is named twice")
        found[name] = _levels(known[name], levels if own is None else own)
    if not found:
        raise UsageError("no control to study; name one, such as --control formality")
    return found


def _named(
    controls: Iterable[str] | Mapping[str, Levels | None],
) -> Iterable[tuple[str, Levels | None]]:
    if isinstance(controls, Mapping):
        return [(_plain(name), own) for name, own in controls.items()]
    named = [controls] if isinstance(controls, str) else controls
    pairs = (str(text).partition("=") for text in named)
    return [(_plain(name), own if equals else None) for name, equals, own in pairs]


def _plain(name: str) -> str:
    return name.strip().replace("-", "_")


def _levels(control: Control, levels: Levels) -> tuple[Value, ...]:
    if isinstance(levels, str):
        stripped = levels.strip()
        levels = int(stripped) if _counts(stripped) else stripped.split("|")
    if isinstance(levels, int):
        return _spaced(control, levels)
    values = tuple(dict.fromkeys(control.checked(value) for value in levels))
    if len(values) < 2:
        raise UsageError(
            f"control {control.name}: a study needs at least two levels, such as "
            f"{control.name}={_some(control)}"
        )
    return values


def _counts(text: str) -> bool:
    return text.isdecimal() and text.isascii()


def _spaced(control: Control, count: int) -> tuple[Value, ...]:
    if not control.ordered:
        raise UsageError(
            f"control {control.name} has no order to space levels over; name them: "
            f"--control {control.name}={_some(control)}"
        )
    if not 2 <= count <= 100:
        raise UsageError(f"{count} levels make no study; ask for 2 to 100")
    return tuple(dict.fromkeys(control.at(place / (count - 1)) for place in range(count)))


def _some(control: Control) -> str:
    if control.kind == "text":
        return "'a text|another text'"
    values = control.choices if not control.ordered else (control.at(0), control.at(1))
    return (
        "'"
        + "|".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values[:2])
        + "'"
    )
