"""Finds plugins by entry point without importing them, and loads one by name."""

import difflib
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from trialogue.errors import UsageError


def plugins(group: str) -> dict[str, EntryPoint]:
    """The entry points of a group by name, in order of names; nothing is imported."""
    found = sorted(entry_points(group=group), key=lambda point: (point.name, point.value))
    return {point.name: point for point in reversed(found)}


def load_plugin(point: EntryPoint) -> Any:
    """The object an entry point names; UsageError that names the plugin if it does not import."""
    try:
        return point.load()
    except (Exception, SystemExit) as error:
        raise UsageError(
            f"plugin {point.name!r} ({point.value}) cannot be loaded: {one_line(error)}"
        ) from error


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """The error for a name that nobody offers, with the nearest names or else all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    advice = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names)}"
    return UsageError(f"no {kind} is called {name!r}; {advice}")


def one_line(error: BaseException, limit: int = 300) -> str:
    """An exception as one line of at most `limit` characters, with its kind."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:limit] if text else type(error).__name__
