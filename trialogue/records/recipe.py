"""A recipe: what an optimisation found out about making dialogues of a scenario (METHOD §4)."""

from typing import Any, Literal

from pydantic import Field

from trialogue.records.base import Record

Control = int | float | str


class Formulas(Record):
    """ω*: one metric tree for dialogues and one for turns, as formulas.

    Leaves are base metrics; `standards` hold each one's (centre, scale) on the reference set, under
    "dialogue" and "turn": a tree sees (value - centre) / scale.
    """

    dialogue: str
    turn: str
    standards: dict[Literal["dialogue", "turn"], dict[str, tuple[float, float]]] = {}


class Recipe(Record):
    """What synthesis takes over: controls of dialogues (θ*) and of turns (φ*), and prompts.

    `prompts` are texts that differ from those that come with trialogue, under names such as
    "en/answer". `metric` is what θ and φ were tuned by, `models` and `seed` what with; `scores`
    says how the report's users were judged.
    """

    schema_version: Literal[1] = 1
    scenario: str = Field(min_length=1)
    language: str = "en"
    metric: Formulas | None = None
    theta: dict[str, Control] = {}
    phi: dict[str, Control] = {}
    prompts: dict[str, str] = {}
    models: dict[str, str] = {}
    embedder: str = "local"
    seed: int = Field(default=0, ge=0)
    scores: dict[str, Any] = {}

    @property
    def controls(self) -> dict[str, Control]:
        """θ* and φ* together."""
        return {**self.theta, **self.phi}
