"""Finds scenarios: by the name of one that ships or a plugin brings, or as a YAML file."""

import os
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from trialogue.errors import UnknownScenario, UsageError
from trialogue.records import Scenario
from trialogue.tools.plugins import load_plugin, plugins
from trialogue.yaml_files import read_yaml

GROUP = "trialogue.scenarios"


@dataclass(frozen=True)
class Found:
    """A scenario with the folder that its documents are relative to."""

    scenario: Scenario
    folder: Path

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents' paths."""
        return tuple(str(self.folder / name) for name in self.scenario.documents)


def shipped_folder() -> Path:
    """Where the scenarios that ship lie."""
    return Path(str(files("trialogue"))) / "scenarios"


def find_scenario(name: str) -> Found:
    """A scenario by name or alias, without regard to case, or from a YAML file.

    Raises UsageError with the nearest names.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        return read_scenario(path)
    if file := _shipped_files().get(_plain(name)):
        return _read_once(file)
    known = _by_alias(_shipped())
    if _plain(name) not in known:
        brought, broken = _from_plugins()
        known = {**_by_alias(brought), **known}
        if _plain(name) not in known:
            raise _unknown(name, known, broken)
    return known[_plain(name)]


def _by_alias(scenarios: list[Found]) -> dict[str, Found]:
    known: dict[str, Found] = {}
    for found in scenarios:
        scenario = found.scenario
        for alias in (scenario.id, scenario.name, *scenario.aliases):
            known.setdefault(_plain(alias), found)
    return known


def _unknown(name: str, known: dict[str, Found], broken: list[str]) -> UnknownScenario:
    near = get_close_matches(_plain(name), known, n=3, cutoff=0.5)
    offered = ", ".join(dict.fromkeys(known[n].scenario.id for n in near)) or ", ".join(
        sorted({found.scenario.id for found in known.values()})
    )
    why = "".join(f" ({fault})" for fault in broken)
    return UnknownScenario(
        f"there is no scenario {name!r}; did you mean {offered}, or a .yaml file? "
        f"A sentence of at least four words is drafted into one by the model.{why}"
    )


def scenario_names() -> list[str]:
    """Ids of all scenarios at hand, sorted."""
    return sorted(found.scenario.id for found in (*_shipped(), *_from_plugins()[0]))


def read_scenario(path: Path) -> Found:
    """The scenario in a YAML file. Raises UsageError as `file:line: what is wrong`."""
    return Found(read_yaml(path, Scenario), path.parent)


def _shipped() -> list[Found]:
    return [_read_once(file) for file in _shipped_files().values()]


@cache
def _shipped_files() -> dict[str, Path]:
    """The files that ship by the plain id of their scenario, which is how they are called."""
    return {_plain(file.stem): file for file in sorted(shipped_folder().glob("*.yaml"))}


@cache
def _read_once(file: Path) -> Found:
    return read_scenario(file)


def _from_plugins() -> tuple[list[Found], list[str]]:
    """Scenarios that plugins bring, and what is wrong with those that cannot be read."""
    scenarios, broken = [], []
    for point in plugins(GROUP).values():
        try:
            scenarios.append(plugged_scenario(point))
        except UsageError as error:
            broken.append(str(error))
    return scenarios, broken


def plugged_scenario(point: EntryPoint) -> Found:
    """The scenario of an entry point, which names a file's path. Raises UsageError."""
    named = load_plugin(point)
    if not isinstance(named, str | os.PathLike | Traversable):
        kind = type(named).__name__
        raise UsageError(f"scenario {point.name!r} is a {kind}, not the path of a YAML file")
    return read_scenario(Path(str(named)))


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())
