"""Names of people for made rows."""

from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

from trialogue.records import Language
from trialogue.tools.database_rows import People


def people(language: Language) -> People:
    """Draws full names of a language."""
    names = _names()[language]
    gap = "" if language == "zh" else " "

    def draw(random: Random) -> str:
        parts = [random.choice(names["given"]), random.choice(names["family"])]
        return gap.join(reversed(parts) if language == "zh" else parts)

    return draw


@cache
def _names() -> Any:
    text = (files("trialogue.agents") / "data" / "people.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
