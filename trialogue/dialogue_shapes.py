"""Recognises a dialogue by what it looks like: a record of ours, or one from elsewhere."""

import re
from typing import Any

from pydantic import ValidationError

from trialogue.evaluation.turn_order import out_of_order
from trialogue.records import Dialogue, ScenarioRef, UserProfile
from trialogue.turn_shapes import foreign_turns, has
from trialogue.yaml_files import told

IMPORTED = "imported"
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def dialogue_of(value: Any, name: str) -> Dialogue:
    """The dialogue that a JSON value holds; `name` is its id where it has none.

    Raises ValueError that says what is wrong with it, in one line.
    """
    found = _ours(value) if _is_ours(value) else _imported(value, name)
    if not found.turns:
        raise ValueError("the dialogue has no turns")
    if fault := out_of_order(found.turns):
        raise ValueError(fault)
    return found


def _is_ours(value: Any) -> bool:
    return has(value, "turns", "scenario") or has(value, "schema_version")


def _ours(value: Any) -> Dialogue:
    try:
        return Dialogue.model_validate(value)
    except ValidationError as error:
        raise ValueError(told(error.errors()[0], Dialogue)) from error


def _imported(value: Any, name: str) -> Dialogue:
    turns = foreign_turns(value)
    said = "".join(turn.text for turn in turns)
    language = "zh" if len(_CHINESE.findall(said)) > 0.3 * len(said) else "en"
    identity = next((str(value[key]) for key in ("id", "prob_id") if _names(value, key)), name)[
        :200
    ]
    return Dialogue(
        id=identity,
        scenario=ScenarioRef(id=IMPORTED, name=IMPORTED, language=language),
        user=UserProfile(id=f"{identity}-user", identity="", intent="", problems=()),
        turns=turns,
        stop_reason=IMPORTED,
    )


def _names(value: Any, key: str) -> bool:
    return has(value, key) and isinstance(value[key], str | int) and value[key] != ""
