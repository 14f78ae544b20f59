"""How a persona reads in a prompt: its facets in natural words, and the line of its identity."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from trialogue.records import Language, Persona

TOLD = ("mood", "expertise", "patience", "decision_style")
"""The facets that an identity tells after name, age and job."""


@cache
def persona_data() -> dict[str, Any]:
    """The default marginals, the words for facets by language, and what traits say of facets."""
    text = (files("trialogue.agents") / "data" / "personas.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def told_facets(
    persona: Persona, language: Language, facets: Sequence[str] = TOLD
) -> tuple[str, ...]:
    """A few words for each of the facets that the persona has; a mood of one's own as it is."""
    known: dict[str, dict[Any, str]] = persona_data()["texts"][language]
    values = {facet: getattr(persona, facet) for facet in facets}
    return tuple(
        known[facet].get(value, str(value)) for facet, value in values.items() if value is not None
    )
