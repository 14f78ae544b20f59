"""All base metrics by name: built in, or plugged in by the entry point group `trialogue.metrics`.

A plugin is a Metric or a function without arguments that makes one. Built-in names cannot be
taken.
"""

from collections.abc import Sequence

from trialogue.errors import UsageError
from trialogue.evaluation.metrics import (
    attitude,
    closeness,
    coherence,
    diversity,
    form,
    grounding,
    self_bleu,
    wording,
)
from trialogue.evaluation.metrics.metric import Metric
from trialogue.tools.plugins import load_plugin, one_line, plugins, unknown_name

GROUP = "trialogue.metrics"
BUILT_IN: dict[str, Metric] = {
    metric.name: metric
    for module in (
        diversity,
        self_bleu,
        coherence,
        closeness,
        attitude,
        form,
        wording,
        grounding,
    )
    for metric in module.METRICS
}


def all_metrics(own: Sequence[Metric] = ()) -> dict[str, Metric]:
    """Every metric that works here by name; plugins that cannot be loaded are left out."""
    found = dict(BUILT_IN)
    for metric in own:
        found.setdefault(metric.name, metric)
    for name in plugins(GROUP):
        if name not in found:
            try:
                found[name] = _plugged(name)
            except UsageError:
                continue
    return found


def chosen_metrics(names: Sequence[str], own: Sequence[Metric] = ()) -> list[Metric]:
    """The named metrics in order; UsageError for an unknown name or a plugin that is broken."""
    known = BUILT_IN | {metric.name: metric for metric in own if metric.name not in BUILT_IN}
    return [known[name] if name in known else _named(name, known) for name in dict.fromkeys(names)]


def _named(name: str, known: dict[str, Metric]) -> Metric:
    if name in plugins(GROUP):
        return _plugged(name)
    raise unknown_name("metric", name, [*known, *plugins(GROUP)])


def _plugged(name: str) -> Metric:
    made = load_plugin(plugins(GROUP)[name])
    if not isinstance(made, Metric):
        try:
            made = made()
        except Exception as error:
            raise UsageError(f"metric {name!r} cannot be made: {one_line(error)}") from error
    if not isinstance(made, Metric):
        raise UsageError(f"metric {name!r} is a {type(made).__name__}, not a Metric")
    return made
