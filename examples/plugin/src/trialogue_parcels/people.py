"""Personas: people who work at night, are tired, and know little of parcels."""

from random import Random

from trialogue import Persona, Scenario

JOBS = {
    "en": ("night nurse", "baker", "lorry driver", "hotel night clerk"),
    "zh": ("夜班护士", "面包师", "货车司机", "酒店夜班职员"),
}


class NightShift:
    """The function that makes a source: here its class, called with the scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self._jobs = JOBS[scenario.language]

    def draw(self, seed: int, number: int, scenario: Scenario) -> Persona:
        """The persona of a dialogue: it depends on the arguments and on nothing else."""
        random = Random(f"{seed}/{number}")
        return Persona(
            job=random.choice(self._jobs),
            mood="tired",
            patience="low",
            expertise=random.randint(1, 2),
        )
