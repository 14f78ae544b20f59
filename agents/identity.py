"""Who a user is, put together from what was drawn, what was given and what controls ask for."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from trialogue.agents.persona_words import TOLD, persona_data, told_facets
from trialogue.agents.personas import CONTROLLED, filled, usual_persona, with_controls
from trialogue.records import Persona, Scenario


class Drawn(NamedTuple):
    """Name, age and job as the story drew them, and a trait."""

    persona: Persona
    trait: str


class Introduced(NamedTuple):
    """A user's name, all facets, and the line that introduces them in prompts."""

    name: str
    persona: Persona
    identity: str


def introduced(
    scenario: Scenario,
    seed: int,
    form: str,
    drawn: Drawn,
    persona: Persona | None,
    controls: Mapping[str, Any],
) -> Introduced:
    """The user with the facets given, told in full, or else as drawn, told by the trait.

    `form` has places for name, age, job and trait. Facets that neither has come from the default
    marginals, with seeds of their own. The control `identity` says who it is: the job and the
    trait, and an age that was only drawn, give way to it.
    """
    usual, language = usual_persona(seed, 0, scenario), scenario.language
    asked = str(controls.get("identity") or "")
    if persona is None:
        meant = Persona(**persona_data()["traits"].get(drawn.trait, {}))
        whole = with_controls(filled(drawn.persona, meant, usual), controls)
        set_here = [facet for control, facet in CONTROLLED.items() if control in controls]
        trait = "" if asked else drawn.trait
        phrases = [trait, *told_facets(whole, language, set_here)]
    else:
        whole = with_controls(filled(persona, drawn.persona, usual), controls)
        phrases = [*told_facets(whole, language, TOLD)]
    if asked:
        age = persona.age if persona else None
        whole = whole.model_copy(update={"job": None, "age": age})
    # What stands before the first comma of an identity is the name.
    name = _on_one_line((whole.name or "").translate(_COMMAS))
    trait = ("，" if language == "zh" else ", ").join(filter(None, (asked, *phrases)))
    identity = form.format(name=name, age=whole.age, job=whole.job, trait=trait)
    return Introduced(name, whole, _on_one_line(identity))


_COMMAS = str.maketrans(",，", "  ")


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
