"""How often each value of a facet is drawn: as the user says, or as the defaults that ship say."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from trialogue.agents.persona_words import persona_data
from trialogue.agents.seeds import rng
from trialogue.errors import UsageError
from trialogue.records import Persona, Record, Scenario
from trialogue.records.persona import DecisionStyle, Level
from trialogue.yaml_files import read_yaml

_BAND = re.compile(r"\d{1,3}(-\d{1,3})?")


def _numbers_as_text(weights: Any) -> Any:
    """YAML reads `3: 1` with a number for a key, and `18-24: 1` with a text."""
    if not isinstance(weights, Mapping):
        return weights
    return {str(key) if type(key) is int else key: weight for key, weight in weights.items()}


def _number_within(lowest: int, highest: int) -> AfterValidator:
    def check(key: str) -> str:
        if not _BAND.fullmatch(key) or not lowest <= _band(key)[0] <= _band(key)[1] <= highest:
            raise ValueError(
                f"must be a number or a range such as '2-4', from {lowest} to {highest}, "
                "the smaller first"
            )
        return key

    return AfterValidator(check)


def _band(key: str) -> tuple[int, int]:
    low, _, high = key.partition("-")
    return int(low), int(high or low)


def _adds_up(weights: dict[Any, float]) -> dict[Any, float]:
    if weights and not 0 < sum(weights.values()) < float("inf"):
        raise ValueError("its weights must add up to a number above 0")
    return weights


Text = Annotated[str, Field(min_length=1)]
Age = Annotated[str, _number_within(1, 120)]
Expertise = Annotated[str, _number_within(1, 5)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Sum, Keys = AfterValidator(_adds_up), BeforeValidator(_numbers_as_text)


class Marginals(Record):
    """Weights of the values of each facet; they need not add up to 1.

    Keys of `age` and `expertise` are numbers or ranges ("18-24"), within which every number is
    as likely. A facet without weights is not drawn from these marginals.
    """

    name: Annotated[dict[Text, Weight], Sum] = {}
    age: Annotated[dict[Age, Weight], Keys, Sum] = {}
    job: Annotated[dict[Text, Weight], Sum] = {}
    expertise: Annotated[dict[Expertise, Weight], Keys, Sum] = {}
    mood: Annotated[dict[Text, Weight], Sum] = {}
    patience: Annotated[dict[Level, Weight], Sum] = {}
    decision_style: Annotated[dict[DecisionStyle, Weight], Sum] = {}
    language: Annotated[dict[Text, Weight], Sum] = {}


@cache
def default_marginals() -> Marginals:
    """Those that ship: of age, expertise, mood, patience and decision style."""
    return Marginals.model_validate(persona_data()["marginals"])


def read_marginals(path: Path) -> Marginals:
    """The marginals in a YAML file, the defaults for facets that it leaves out.

    Raises UsageError as `file:line: what is wrong`.
    """
    given = read_yaml(path, Marginals)
    return default_marginals().model_copy(update={k: v for k, v in given if v})


class SampledPersonas:
    """Personas drawn facet by facet, independently; `origin` names the marginals in errors."""

    def __init__(self, marginals: Marginals, origin: str = "the marginals") -> None:
        self.marginals = marginals
        self._origin = origin

    def draw(self, seed: int, number: int, scenario: Scenario) -> Persona:
        """The persona of a dialogue's number: every facet that has weights, and the language.

        Where languages have weights, raises UsageError if the scenario's has none.
        """
        languages = self.marginals.language
        if languages and not languages.get(scenario.language):
            raise UsageError(
                f"{self._origin}: nobody speaks {scenario.language!r}, the language of "
                f"{scenario.id!r}; give it a weight under `language`"
            )
        drawn = {
            facet: _drawn(facet, weights, rng(seed, "persona", number, facet))
            for facet, weights in self.marginals
            if weights
        }
        return Persona.model_validate({**drawn, "language": scenario.language})


def _drawn(facet: str, weights: Mapping[str, float], random: Random) -> str | int:
    (key,) = random.choices(list(weights), list(weights.values()))
    return random.randint(*_band(key)) if facet in ("age", "expertise") else key
