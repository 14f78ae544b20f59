"""Values of turns seen by dialogue: over all turns, at the last one, over either side's."""

from collections.abc import Callable, Sequence

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.metrics import Metric
from trialogue.evaluation.ratings import LAST, at_last_turn

USER, ASSISTANT = "@user", "@assistant"
_VIEWS: dict[str, Callable[[Corpus, Floats], Floats]] = {
    "": lambda corpus, values: corpus.per_dialogue(values),
    LAST: at_last_turn,
    USER: lambda corpus, values: corpus.per_dialogue(values, corpus.by_user),
    ASSISTANT: lambda corpus, values: corpus.per_dialogue(values, ~corpus.by_user),
}


def view_names(metric: Metric) -> tuple[str, ...]:
    """What a metric is called by dialogue: one of turns NAME, NAME@last, @user and @assistant.

    A metric of a corpus has no value by dialogue, and so no name.
    """
    views = {"turn": tuple(_VIEWS), "dialogue": ("",), "corpus": ()}[metric.level]
    return tuple(metric.name + view for view in views)


def metric_of(name: str) -> str:
    """The metric that a view is of. Raises UsageError for a view that there is not."""
    metric, at, view = name.partition("@")
    if at + view not in _VIEWS:
        known = ", ".join(view for view in _VIEWS if view)
        raise UsageError(f"{name!r}: {at + view!r} is no view of a metric; there are {known}")
    return metric


def viewed(corpus: Corpus, metrics: Sequence[Metric]) -> dict[str, Floats]:
    """The values of every view of the metrics by dialogue, (D,); each is computed once."""
    found: dict[str, Floats] = {}
    for metric in metrics:
        names = view_names(metric)
        if metric.level == "turn":
            values = metric.compute(corpus)
            found |= {name: _VIEWS[name[len(metric.name) :]](corpus, values) for name in names}
        elif names:
            found[metric.name] = metric.compute(corpus)
    return found
