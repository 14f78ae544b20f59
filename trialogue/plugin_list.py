"""What other packages plug in, and whether it works."""

import sys
from collections.abc import Callable, Container, Mapping
from contextlib import redirect_stdout
from importlib.metadata import EntryPoint, entry_points

from trialogue.agents.controls import broken_controls
from trialogue.agents.personas import SAMPLED, persona_source
from trialogue.errors import UsageError
from trialogue.evaluation.metrics import chosen_metrics
from trialogue.evaluation.metrics import registry as metrics
from trialogue.exporters import find_exporter
from trialogue.exporters import registry as exporters
from trialogue.records import Record, Scenario
from trialogue.scenario_files import plugged_scenario, read_scenario, shipped_folder
from trialogue.tools import registry as tools
from trialogue.tools.plugins import one_line, plugins
from trialogue.tools.search import search_providers


class Plugin(Record):
    """One entry point: what it is called, where it comes from, and what it names.

    `fault` says why it does not work, and is empty if it does.
    """

    kind: str
    name: str
    package: str
    version: str
    value: str
    fault: str = ""


def installed_plugins() -> list[Plugin]:
    """All plugins by kind and name. Each is imported and made; one that fails does not stop the
    others."""
    points = [(group, point) for group in GROUPS for point in entry_points(group=group)]
    found = [_plugin(group, point) for group, point in points]
    return sorted(found, key=lambda plugin: (plugin.kind, plugin.name, plugin.package))


def _plugin(group: str, point: EntryPoint) -> Plugin:
    return Plugin(
        kind=group.removeprefix("trialogue."),
        name=point.name,
        package=point.dist.name if point.dist else "?",
        version=point.dist.version if point.dist else "?",
        value=point.value,
        fault=_fault(group, point),
    )


def _fault(group: str, point: EntryPoint) -> str:
    try:
        with redirect_stdout(sys.stderr):  # standard output is for the list
            point.load()
            if point.name in _TAKEN.get(group, ()):
                return f"the name {point.name!r} is taken by what is built in"
            if plugins(group)[point.name] != point:
                return f"another package's {point.name!r} goes before"
            GROUPS[group](point.name)
    except UsageError as error:
        return str(error)
    except (Exception, SystemExit) as error:
        return one_line(error)
    return ""


def _made_tool(name: str) -> object:
    return tools.resolve([name], tools.ToolContext(_any_scenario().today))


def _made_control(name: str) -> None:
    if name in broken_controls():
        raise UsageError(broken_controls()[name])


def _made_scenario(name: str) -> object:
    return plugged_scenario(plugins("trialogue.scenarios")[name])


def _any_scenario() -> Scenario:
    return read_scenario(shipped_folder() / "travel_reimbursement.yaml").scenario


GROUPS: Mapping[str, Callable[[str], object]] = {
    "trialogue.controls": _made_control,
    "trialogue.exporters": find_exporter,
    "trialogue.metrics": lambda name: chosen_metrics([name]),
    "trialogue.personas": lambda name: persona_source(name, _any_scenario()),
    "trialogue.scenarios": _made_scenario,
    "trialogue.search": lambda name: search_providers()[name]("en"),
    "trialogue.tools": _made_tool,
}
"""By group, what makes the plugin of a name; it raises UsageError."""
_TAKEN: Mapping[str, Container[str]] = {
    "trialogue.exporters": exporters.BUILT_IN,
    "trialogue.metrics": metrics.BUILT_IN,
    "trialogue.personas": {SAMPLED},
    "trialogue.search": {"ddgs"},
    "trialogue.tools": tools.BUILT_IN,
}
