"""What a person asks for: values, ranges to sample from, grids; and what one dialogue gets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from random import Random
from typing import Any

from trialogue.agents.controls.control import Control, Value
from trialogue.agents.controls.declared import all_controls, broken_controls
from trialogue.agents.seeds import rng
from trialogue.errors import UsageError
from trialogue.tools.plugins import unknown_name


@dataclass(frozen=True)
class Fixed:
    """The same value in every dialogue."""

    value: Value

    def __str__(self) -> str:
        return _text(self.value)


@dataclass(frozen=True)
class Span:
    """A range of an ordered control, both ends included, sampled anew for each dialogue."""

    low: Value
    high: Value

    def __str__(self) -> str:
        return f"{_text(self.low)}..{_text(self.high)}"


@dataclass(frozen=True)
class Grid:
    """Values taken in turn; several grids make their product."""

    values: tuple[Value, ...]

    def __str__(self) -> str:
        return "|".join(map(_text, self.values))


Wish = Fixed | Span | Grid


@dataclass(frozen=True)
class Requested:
    """What is asked for, by control name; `known` are the controls it was read with."""

    wishes: Mapping[str, Wish]
    known: Mapping[str, Control]

    def __bool__(self) -> bool:
        return bool(self.wishes)

    @property
    def combinations(self) -> int:
        """How many combinations of grid values there are; 1 without grids."""
        return prod(len(wish.values) for wish in self.wishes.values() if isinstance(wish, Grid))

    def texts(self) -> dict[str, str]:
        """The wishes as `parse_controls` reads them, for a settings file or a record."""
        return {name: str(wish) for name, wish in self.wishes.items()}

    def over(self, other: "Requested") -> "Requested":
        """These wishes, and those of `other` for controls that are not named here."""
        return Requested({**other.wishes, **self.wishes}, {**other.known, **self.known})


def parse_controls(
    given: Iterable[str] | Mapping[str, Any], known: Mapping[str, Control] | None = None
) -> Requested:
    """Wishes from "name=value" texts (command line) or a mapping (YAML, Python).

    A value is a number or text, a range "0..1", or a grid "1|3|5" (in a mapping also a list).
    `known` are the controls there are, by default `all_controls()`. Raises UsageError for an
    unknown control or a value that it does not allow.
    """
    known = all_controls() if known is None else known
    pairs = given.items() if isinstance(given, Mapping) else map(_pair, _listed(given))
    wishes: dict[str, Wish] = {}
    for name, value in pairs:
        name = str(name).strip().replace("-", "_")
        if name not in known:
            broken = broken_controls().get(name)
            raise UsageError(broken) if broken else unknown_name("control", name[:80], known)
        if name in wishes:
            raise UsageError(f"control {name} is set twice; a grid is written {name}=A|B")
        wishes[name] = _wish(known[name], value)
    return Requested(wishes, known)


def drawn(requested: Requested, seed: int, number: int) -> dict[str, Value]:
    """The values of dialogue `number` (from 0) in a run with this seed, by control name.

    Ranges are sampled from seed, control and number; grids are enumerated by number, the last
    one fastest.
    """
    values: dict[str, Value] = {}
    left = number
    for name in reversed(list(requested.wishes)):
        wish = requested.wishes[name]
        if isinstance(wish, Grid):
            left, place = divmod(left, len(wish.values))
            values[name] = wish.values[place]
        elif isinstance(wish, Span):
            values[name] = _sampled(requested.known[name], wish, rng(seed, "control", name, number))
        else:
            values[name] = wish.value
    return {name: values[name] for name in requested.wishes}


def _listed(given: Iterable[str]) -> Sequence[str]:
    return [given] if isinstance(given, str) else list(given)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = str(text).partition("=")
    if not equals or not name.strip() or not value.strip():
        raise UsageError(f"{str(text)[:80]!r} sets no control; write it as formality=0.8")
    return name, value


def _wish(control: Control, value: Any) -> Wish:
    if isinstance(value, Fixed | Span | Grid):
        value = str(value)
    if isinstance(value, str) and "|" in value:
        value = value.split("|")
    if isinstance(value, list | tuple):
        return _grid(control, value)
    if isinstance(value, str) and ".." in value and control.kind != "text":
        return _span(control, value)
    return Fixed(control.checked(value))


def _grid(control: Control, values: Sequence[Any]) -> Wish:
    checked = tuple(control.checked(value) for value in values)
    if not checked or len(set(checked)) < len(checked):
        raise UsageError(f"control {control.name}: a grid needs different values, such as 1|3|5")
    return Grid(checked) if len(checked) > 1 else Fixed(checked[0])


def _span(control: Control, text: str) -> Wish:
    if not control.ordered:
        raise UsageError(f"control {control.name} has no ranges; there are {control.allowed}")
    low, _, high = text.partition("..")
    ends = control.checked(low), control.checked(high)
    if control.share(ends[0]) > control.share(ends[1]):
        raise UsageError(f"control {control.name}: the range {text.strip()!r} is upside down")
    return Span(*ends) if ends[0] != ends[1] else Fixed(ends[0])


def _sampled(control: Control, span: Span, random: Random) -> Value:
    if control.kind == "number":
        low, high = float(span.low), float(span.high)
        return min(high, max(low, round(random.uniform(low, high), 3)))
    if control.kind == "integer":
        return random.randint(int(span.low), int(span.high))
    first, last = (control.choices.index(str(end)) for end in (span.low, span.high))
    return control.choices[random.randint(first, last)]


def _text(value: Value) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)
