"""Who the users of a run are: drawn from marginals, given in a file, or brought by a plugin.

A source plugs in by argument or by the entry point group `trialogue.personas`, whose objects are
a PersonaSource or a function from Scenario to one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from pydantic import ValidationError

from trialogue.agents.marginals import (
    Marginals,
    SampledPersonas,
    default_marginals,
    read_marginals,
)
from trialogue.agents.persona_files import (
    GivenPersonas,
    holds_a_list,
    read_personas,
    speaks,
)
from trialogue.agents.seeds import seed_for
from trialogue.errors import UsageError
from trialogue.records import Persona, Scenario
from trialogue.tools.plugins import load_plugin, one_line, plugins, unknown_name

__all__ = [
    "GivenPersonas",
    "Marginals",
    "PersonaSource",
    "SampledPersonas",
    "check_persona_source",
    "default_marginals",
    "fitting_persona",
    "persona_file",
    "persona_source",
    "read_marginals",
    "read_personas",
    "with_controls",
]

GROUP = "trialogue.personas"
SAMPLED, SHUFFLED = "sampled", "shuffled:"
FILES = (".jsonl", ".json", ".yaml", ".yml")
_DRAWS = 64


@runtime_checkable
class PersonaSource(Protocol):
    """Where personas come from."""

    def draw(self, seed: int, number: int, scenario: Scenario) -> Persona:
        """The persona of dialogue `number` (from 0) of the run with this seed.

        The same arguments give the same persona, in whatever order they come. Facets that are
        None are drawn from the default marginals.
        """
        ...


def persona_source(spec: str | None, scenario: Scenario) -> PersonaSource | None:
    """The source that a setting names, which has somebody who fits the scenario; None for None.

    `spec` is `sampled` (the default marginals), a YAML file with marginals, a JSON Lines, JSON or
    YAML file with a list of personas (`shuffled:FILE` for a drawn order), or a plugin's name.
    Raises UsageError for a name that nobody offers, a file that is wrong and a plugin that fails.
    """
    if spec is None:
        return None
    path = persona_file(spec)
    source = _from_file(path, spec) if path else _by_name(spec, scenario)
    fitting_persona(source, 0, 0, scenario)
    return source


def persona_file(spec: str | None) -> Path | None:
    """The file that a setting names, None if it names none."""
    path = Path((spec or "").removeprefix(SHUFFLED))
    return path if path.suffix in FILES else None


def _from_file(path: Path, spec: str) -> PersonaSource:
    shuffled = spec.startswith(SHUFFLED)
    if path.suffix == ".jsonl" or holds_a_list(path):
        return GivenPersonas(read_personas(path), shuffled=shuffled, origin=str(path))
    if shuffled:
        raise UsageError(f"{path}:1: marginals have no order; leave out {SHUFFLED!r}")
    return SampledPersonas(read_marginals(path), origin=str(path))


def _by_name(name: str, scenario: Scenario) -> PersonaSource:
    if name == SAMPLED:
        return SampledPersonas(default_marginals())
    points = plugins(GROUP)
    if name not in points:
        unknown = unknown_name("persona source", name, {SAMPLED, *points})
        raise UsageError(f"{unknown}; or give a file that ends in {', '.join(FILES)}")
    made = load_plugin(points[name])
    if isinstance(made, type) or not isinstance(made, PersonaSource):
        try:
            made = made(scenario)
        except UsageError:
            raise
        except Exception as error:
            raise UsageError(
                f"persona source {name!r} cannot be made: {one_line(error)}"
            ) from error
    if not isinstance(made, PersonaSource):
        raise UsageError(f"persona source {name!r} is a {type(made).__name__} without `draw`")
    return made


def fitting_persona(source: PersonaSource, seed: int, number: int, scenario: Scenario) -> Persona:
    """The persona of a dialogue's number with all facets but perhaps name and job.

    A persona who speaks another language is passed over for others that the source draws.
    Raises UsageError if none of many fits, or if the source fails.
    """
    for tried in range(_DRAWS):
        place = seed_for(seed, "persona", "passed over", number, tried) if tried else seed
        persona = _one(source, place, number + tried, scenario)
        if speaks(persona, scenario):
            return filled(persona, usual_persona(seed, number, scenario))
    raise UsageError(
        f"the persona source {type(source).__name__} draws nobody who speaks "
        f"{scenario.language!r}, the language of {scenario.id!r}; choose another source"
    )


def _one(source: PersonaSource, seed: int, number: int, scenario: Scenario) -> Persona:
    try:
        drawn = source.draw(seed, number, scenario)
    except UsageError:
        raise
    except Exception as error:
        name = type(source).__name__
        raise UsageError(
            f"the persona source {name} fails at number {number}: {one_line(error)}"
        ) from error
    if not isinstance(drawn, Persona):
        raise UsageError(f"a persona source gives {type(drawn).__name__}, not Persona")
    return drawn


def usual_persona(seed: int, number: int, scenario: Scenario) -> Persona:
    """Facets drawn from the default marginals, for those that nobody gave."""
    return SampledPersonas(default_marginals()).draw(seed, number, scenario)


def filled(persona: Persona, *others: Persona) -> Persona:
    """The persona with each facet that is missing or empty taken from the first that has it."""
    facets = Persona.model_fields
    return Persona(
        **{
            facet: next(
                (value for who in (persona, *others) if (value := getattr(who, facet))), None
            )
            for facet in facets
        }
    )


def with_controls(persona: Persona, values: Mapping[str, Any]) -> Persona:
    """The persona as the controls `knowledge_gap` and `decision_style` have it, where set.

    Raises UsageError for values that the facets cannot have. The control `identity` is text and
    no facet; `draw_story` puts it into the identity.
    """
    given = {facet: values[control] for control, facet in CONTROLLED.items() if control in values}
    if not given:
        return persona
    try:
        return Persona.model_validate({**persona.model_dump(), **given})
    except ValidationError as error:
        fault = error.errors()[0]
        control = next(c for c, facet in CONTROLLED.items() if facet == fault["loc"][0])
        raise UsageError(f"control {control}: {fault['msg']}") from error


CONTROLLED = {"knowledge_gap": "expertise", "decision_style": "decision_style"}
"""Controls that say the same as a facet (paper C)."""


def check_persona_source(source: PersonaSource, scenario: Scenario) -> None:
    """What every source must do; its author can run this in a test.

    Raises AssertionError with the sentence that does not hold.
    """
    assert isinstance(source, PersonaSource), "a source has `draw`"
    numbers = range(20)
    forwards = [source.draw(0, number, scenario) for number in numbers]
    assert all(isinstance(drawn, Persona) for drawn in forwards), "a source draws personas"
    backwards = [source.draw(0, number, scenario) for number in reversed(numbers)]
    assert forwards == backwards[::-1], "the same seed and number give the same persona"
    apart = [fitting_persona(source, 1, number, scenario) for number in numbers]
    assert all(speaks(drawn, scenario) for drawn in apart), "somebody speaks the language"
