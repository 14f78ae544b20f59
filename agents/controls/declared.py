"""The controls there are: texts from `data/controls.yaml`, measures from Python, and plugins."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint
from typing import Any, NamedTuple

from trialogue.agents.controls.control import Control, Example, LineMeasure, Measure, Wording
from trialogue.agents.controls.files import data
from trialogue.agents.controls.line_measures import LINE_MEASURES, over_turns
from trialogue.agents.controls.structure import MEASURES
from trialogue.errors import UsageError
from trialogue.tools.plugins import load_plugin, one_line, plugins

GROUP = "trialogue.controls"


def all_controls(more: Iterable[Control] = ()) -> dict[str, Control]:
    """All controls by name: the built-in ones, those of plugins, and `more`, which go before.

    A plugin is a Control, or a function without arguments that returns one. One that does not
    load, is no control, or takes a name that is taken is left out: `broken_controls` says why.
    """
    return {**_installed().found, **{control.name: control for control in more}}


def broken_controls() -> Mapping[str, str]:
    """Why a plugin's control is left out, by the name of its entry point."""
    return _installed().broken


@cache
def built_in() -> Mapping[str, Control]:
    """The controls that come with Trialogue, by name, in the order of the papers."""
    return {name: _control(name, entry) for name, entry in data("controls").items()}


class _Installed(NamedTuple):
    found: Mapping[str, Control]
    broken: Mapping[str, str]


@cache
def _installed() -> _Installed:
    found, broken = dict(built_in()), {}
    for point in plugins(GROUP).values():
        try:
            control = _plugged(point)
            if control.name in found:
                raise UsageError(
                    f"plugin {point.name!r}: a control {control.name!r} exists already"
                )
            found[control.name] = control
        except UsageError as error:
            broken[point.name] = str(error)
    return _Installed(found, broken)


def _plugged(point: EntryPoint) -> Control:
    control = load_plugin(point)
    if not isinstance(control, Control) and callable(control):
        try:
            control = control()
        except Exception as error:
            told = one_line(error)
            raise UsageError(f"control {point.name!r} cannot be made: {told}") from error
    if not isinstance(control, Control):
        raise UsageError(f"plugin {point.name!r} ({point.value}) is no Control")
    return control


def _control(name: str, entry: Mapping[str, Any]) -> Control:
    low, high = entry.get("range", (0, 1))
    line: LineMeasure | None = LINE_MEASURES.get(name)
    measure: Measure = over_turns(line, entry["sides"]) if line else MEASURES[name]
    return Control(
        name=name,
        kind=entry["kind"],
        level=entry["level"],
        sides=tuple(entry["sides"]),
        wordings={
            "en": _wording(name, "en", entry["en"]),
            "zh": _wording(name, "zh", entry["zh"]),
        },
        measure=measure,
        low=low,
        high=high,
        choices=tuple(entry.get("choices", ())),
        line=line,
    )


def _wording(name: str, language: str, texts: Mapping[str, Any]) -> Wording:
    shown = data("control_examples")[language].get(name, ())
    versions = tuple(
        Example(level, entry["line"], said)
        for entry in shown
        for level, said in entry["said"].items()
    )
    return Wording(**texts, examples=versions)
