"""The controls there are: texts from `data/controls.yaml`, measures from Python, and plugins."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from trialogue.agents.controls.control import Control, Example, LineMeasure, Measure, Wording
from trialogue.agents.controls.files import data
from trialogue.agents.controls.line_measures import LINE_MEASURES, over_turns
from trialogue.agents.controls.structure import MEASURES
from trialogue.errors import UsageError
from trialogue.tools.plugins import load_plugin, plugins

GROUP = "trialogue.controls"


def all_controls(more: Iterable[Control] = ()) -> dict[str, Control]:
    """All controls by name: the built-in ones, those of plugins, and `more`, which go before.

    A plugin is a Control, or a function without arguments that returns one. Raises UsageError for
    a plugin that does not load, is no control, or takes a name that is taken.
    """
    return {**_installed(), **{control.name: control for control in more}}


@cache
def built_in() -> Mapping[str, Control]:
    """The controls that come with Trialogue, by name, in the order of the papers."""
    return {name: _control(name, entry) for name, entry in data("controls").items()}


@cache
def _installed() -> Mapping[str, Control]:
    found = dict(built_in())
    for point in plugins(GROUP).values():
        made = load_plugin(point)
        control = made() if callable(made) else made
        if not isinstance(control, Control):
            raise UsageError(f"plugin {point.name!r} ({point.value}) is no Control")
        if control.name in found:
            raise UsageError(f"plugin {point.name!r}: a control {control.name!r} exists already")
        found[control.name] = control
    return found


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
