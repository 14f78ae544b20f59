"""What other packages plug in, and whether it loads."""

import sys
from contextlib import redirect_stdout
from importlib.metadata import EntryPoint, entry_points

from trialogue.records import Record
from trialogue.tools.plugins import one_line

GROUPS = (
    "trialogue.controls",
    "trialogue.metrics",
    "trialogue.personas",
    "trialogue.scenarios",
    "trialogue.search",
    "trialogue.tools",
)


class Plugin(Record):
    """One entry point; `fault` says why it does not load, and is empty if it does."""

    kind: str
    name: str
    package: str
    version: str
    fault: str = ""


def installed_plugins() -> list[Plugin]:
    """All plugins by kind and name. Each is imported; one that fails does not stop the others."""
    points = [(group, point) for group in GROUPS for point in entry_points(group=group)]
    found = [_plugin(group.removeprefix("trialogue."), point) for group, point in points]
    return sorted(found, key=lambda plugin: (plugin.kind, plugin.name, plugin.package))


def _plugin(kind: str, point: EntryPoint) -> Plugin:
    return Plugin(
        kind=kind,
        name=point.name,
        package=point.dist.name if point.dist else "?",
        version=point.dist.version if point.dist else "?",
        fault=_fault(point),
    )


def _fault(point: EntryPoint) -> str:
    try:
        with redirect_stdout(sys.stderr):  # standard output is for the list
            point.load()
    except (Exception, SystemExit) as error:
        return one_line(error)
    return ""
