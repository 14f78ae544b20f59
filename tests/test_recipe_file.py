"""Recipes: written and read again, refused where they are none, taken over by settings."""

import json
from pathlib import Path
from typing import Any

import pytest

from trialogue.agents.prompt import load_prompt
from trialogue.errors import UsageError
from trialogue.recipe_file import prompts_of, read_recipe, write_recipe
from trialogue.records.recipe import Formulas, Recipe
from trialogue.settings import load_settings

ANSWER = load_prompt("answer").source.replace("# system\n", "# system\nBe kind. ", 1)
RECIPE = Recipe(
    scenario="travel_reimbursement",
    metric=Formulas(dialogue="0.7*distinct_2", turn="-repetition"),
    theta={"turns": 4, "smoothness": "B"},
    phi={"formality": 0.25},
    prompts={"en/answer": ANSWER},
    models={"user": "local"},
)


def test_a_recipe_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = write_recipe(RECIPE, tmp_path)
    assert read_recipe(path) == read_recipe(tmp_path) == RECIPE
    assert json.loads(path.read_text())["schema_version"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["recipe.json"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema_version": 2}, "schema_version"),
        ({"scenario": ""}, "scenario"),
        ({"tempo": 3}, "tempo"),
        ({"theta": {"turns": [1]}}, "theta.turns"),
        ({"prompts": {"en/answer": "# system\n"}}, "cannot be replaced"),
        ({"prompts": {"en/nothing": "x"}}, "no prompt 'nothing'"),
    ],
)
def test_what_is_no_recipe(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({**RECIPE.model_dump(mode="json"), **change}), encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        read_recipe(file)


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"[]", b"{"])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "mine.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=r"mine\.json"):
        read_recipe(file)


def test_settings_take_controls_over_below_those_that_are_given(tmp_path: Path) -> None:
    file = write_recipe(RECIPE, tmp_path)
    given = {"scenario": "x", "recipe": file, "controls": ["turns=3"]}
    settings = load_settings(None, given)
    assert settings.recipe == str(file)
    wishes = settings.wishes({"formality": 0.9, "focus": 2}).texts()
    assert wishes == {"turns": "3", "smoothness": "B", "formality": "0.25", "focus": "2"}


def test_a_recipe_with_a_control_that_is_none(tmp_path: Path) -> None:
    file = write_recipe(RECIPE.model_copy(update={"phi": {"formalty": 1}}), tmp_path)
    with pytest.raises(UsageError, match="formality"):
        load_settings(None, {"scenario": "x", "recipe": file})


def test_its_prompts_stand_in(tmp_path: Path) -> None:
    with prompts_of(str(write_recipe(RECIPE, tmp_path))):
        assert load_prompt("answer").source == ANSWER
    with prompts_of(None):
        assert load_prompt("answer").source != ANSWER
