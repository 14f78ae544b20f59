"""Finds scenarios: by the name of one that ships or a plugin brings, or as a YAML file."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

from trialogue.errors import UsageError
from trialogue.records import Scenario
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
    wanted = _plain(name)
    known: dict[str, Found] = {}
    for file in _files():
        found = read_scenario(file)
        scenario = found.scenario
        for alias in (scenario.id, scenario.name, *scenario.aliases):
            known.setdefault(_plain(alias), found)
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted, known, n=3, cutoff=0.5)
    offered = ", ".join(dict.fromkeys(known[n].scenario.id for n in near)) or ", ".join(
        sorted({found.scenario.id for found in known.values()})
    )
    raise UsageError(f"there is no scenario {name!r}; did you mean {offered}, or a .yaml file?")


def scenario_names() -> list[str]:
    """Ids of all scenarios at hand, sorted."""
    return sorted(read_scenario(file).scenario.id for file in _files())


def read_scenario(path: Path) -> Found:
    """The scenario in a YAML file. Raises UsageError as `file:line: what is wrong`."""
    return Found(read_yaml(path, Scenario), path.parent)


def _files() -> Iterator[Path]:
    yield from sorted(shipped_folder().glob("*.yaml"))
    for point in entry_points(group=GROUP):
        yield Path(str(point.load()))


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())
