"""Pages from templates; all text is escaped and legible."""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from trialogue.viewer.legible import legible, web_address

if TYPE_CHECKING:
    from jinja2 import Environment

_ENDS = {
    "goal_reached": "goal reached",
    "rounds": "out of rounds",
    "failed": "failed",
    "refused": "refused",
    "": "unknown",
}


def rendered(name: str, /, **given: Any) -> str:
    """A page or a part of one from `pages/NAME.html.j2`."""
    return _environment().get_template(f"{name}.html.j2").render(**given)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("trialogue.viewer", "pages"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=legible,
    )
    environment.filters |= {
        "ended": lambda name: _ENDS.get(name, str(name).replace("_", " ")),
        "words": lambda name: str(name).replace("_", " "),
        "link": web_address,
        "number": number,
        "seconds": seconds,
        "day": day,
        "json": as_json,
    }
    return environment


def number(value: Any) -> str:
    """A number as people read it; what is none, as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.3f}".rstrip("0").rstrip(".") if abs(value) < 1e6 else f"{value:.4g}"


def seconds(value: float) -> str:
    """A time in a unit that fits."""
    if value < 0.0995:
        return f"{value * 1000:.0f} ms"
    return f"{value:.1f} s" if value < 100 else f"{value / 60:.0f} min"


def as_json(value: Any, indent: int | None = None) -> str:
    """A value as JSON for people; it is escaped as any text is."""
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str)


def day(value: str | None) -> str:
    """An ISO date in words; other text as it is."""
    try:
        found = date.fromisoformat(value or "")
    except ValueError:
        return value or ""
    return f"{found.day} {found:%B %Y}"


def flat(values: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Settings under dotted names, without those that are not set."""
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            found += flat(value, f"{before}{name}.")
        elif value not in (None, [], ""):
            found.append((f"{before}{name}", value))
    return found
