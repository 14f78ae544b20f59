"""The data files of the controls."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

# The loader in C is ten times faster; not every build of PyYAML has it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def data(name: str) -> Any:
    """A YAML file of the data folder, read once."""
    file = files("trialogue.agents") / "data" / f"{name}.yaml"
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)
