"""Reads and writes recipe files."""

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from pydantic import ValidationError

from trialogue.agents.prompt import check_prompts, replaced_prompts
from trialogue.errors import UsageError
from trialogue.records.recipe import Recipe

RECIPE = "recipe.json"


def read_recipe(file: Path | str) -> Recipe:
    """The recipe of a file, or of the folder of an optimisation.

    Raises UsageError if there is none, or if one of its prompts cannot be used.
    """
    path = Path(file)
    path = path / RECIPE if path.is_dir() else path
    try:
        recipe = Recipe.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"recipe {path} cannot be read: {error.strerror or error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        told = f"{place}: {first['msg']}" if place else first["msg"]
        raise UsageError(f"{path} is not a recipe: {told}") from error
    check_prompts(recipe.prompts)
    return recipe


def write_recipe(recipe: Recipe, folder: Path) -> Path:
    """Write `recipe.json`, whole or not at all; gives its path. Raises UsageError."""
    path, part = folder / RECIPE, folder / f".{RECIPE}.part"
    try:
        part.write_text(recipe.model_dump_json(indent=2) + "\n", encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    return path


def prompts_of(file: str | None) -> AbstractContextManager[None]:
    """A block in which the prompts of a recipe file stand in for those that come with us."""
    return nullcontext() if file is None else replaced_prompts(read_recipe(file).prompts)
