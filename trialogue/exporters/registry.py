"""All exporters by name: built in, or plugged in by the entry point group `trialogue.exporters`.

A plugin is an Exporter or a function without arguments that makes one. Built-in names cannot be
taken.
"""

from trialogue.errors import UsageError
from trialogue.exporters.exporter import Exporter
from trialogue.exporters.inspect_tasks import INSPECT
from trialogue.exporters.lm_eval_tasks import LM_EVAL
from trialogue.exporters.openai_messages import OPENAI
from trialogue.exporters.sharegpt import SHAREGPT
from trialogue.exporters.tables import HF, PARQUET
from trialogue.tools.plugins import load_plugin, one_line, plugins, unknown_name

GROUP = "trialogue.exporters"
BUILT_IN: dict[str, Exporter] = {
    one.name: one for one in (OPENAI, SHAREGPT, PARQUET, HF, INSPECT, LM_EVAL)
}


def find_exporter(name: str) -> Exporter:
    """The exporter of that name; UsageError for an unknown one or a plugin that is broken."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    found = plugins(GROUP)
    if name not in found:
        raise unknown_name("format", name, [*BUILT_IN, *found])
    return _made(name, load_plugin(found[name]))


def _made(name: str, plugged: object) -> Exporter:
    made = plugged
    if not isinstance(made, Exporter) and callable(plugged):
        try:
            made = plugged()
        except Exception as error:
            raise UsageError(f"exporter {name!r} cannot be made: {one_line(error)}") from error
    if not isinstance(made, Exporter):
        raise UsageError(f"exporter {name!r} is a {type(made).__name__}, not an Exporter")
    return made
