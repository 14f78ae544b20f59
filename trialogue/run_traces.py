"""The traces of a run's folder: opened by a run, and by work on the run that comes after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from trialogue.memory.spans import UNTRACED, Span, Untraced
from trialogue.memory.traces import Traces
from trialogue.settings import Settings


@contextmanager
def run_traces(settings: Settings, folder: Path) -> Iterator[Traces | None]:
    """The traces that the settings ask for, closed at the end; None where they ask for none."""
    if not (settings.traces or settings.otlp):
        yield None
        return
    kept = folder if settings.traces else None
    with Traces(kept, otlp=settings.otlp, version=version("trialogue")) as traces:
        yield traces


def shared_work(traces: Traces | None, name: str) -> Span | Untraced:
    """A trace of work that is shared, for a `with`."""
    return UNTRACED if traces is None else traces.trace(name)
