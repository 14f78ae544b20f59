"""Set phrases for where a model finds no words, and short leads; drawn by the dialogue's seed."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from trialogue.agents.scene import Scene
from trialogue.agents.seeds import rng


def phrase(scene: Scene, kind: str, **filled: str) -> str:
    """One of the phrases of a kind for the turn that is made, with its places filled."""
    choices: list[str] = _all()[scene.language][kind]
    drawn = rng(scene.writer.seed, "phrase", kind, scene.place).choice(choices)
    return drawn.format(**filled)


@cache
def _all() -> Any:
    file = files("trialogue.agents") / "data" / "turn_phrases.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8"))
