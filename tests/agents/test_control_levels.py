"""The levels at which controls are studied."""

from typing import Any

import pytest

from trialogue.agents.controls.levels import studied_levels
from trialogue.errors import UsageError


@pytest.mark.parametrize(
    ("named", "levels", "found"),
    [
        ("formality", 5, (0.0, 0.25, 0.5, 0.75, 1.0)),
        ("formality", "3", (0.0, 0.5, 1.0)),
        ("formality", "0|0.5|1", (0.0, 0.5, 1.0)),
        ("formality", [0.2, 0.8], (0.2, 0.8)),
        ("formality=0.1|0.9", 5, (0.1, 0.9)),
        ("formality=4", 5, (0.0, 0.3333, 0.6667, 1.0)),
        ("disclosure", 5, (1, 2, 3)),
        ("knowledge-gap", 5, (1, 2, 3, 4, 5)),
        ("smoothness", 6, tuple("ABCDEF")),
        ("smoothness=a|f", 6, ("A", "F")),
        ("decision_style=rational|intuitive", 5, ("rational", "intuitive")),
        ("identity=a nurse|a cook", 5, ("a nurse", "a cook")),
    ],
)
def test_levels(named: str, levels: Any, found: tuple[Any, ...]) -> None:
    [(_, values)] = studied_levels([named], levels).items()
    assert values == found


def test_each_control_may_have_its_own() -> None:
    found = studied_levels({"formality": None, "turns": [2, 6], "focus": "1|5"}, 2)
    assert found == {"formality": (0.0, 1.0), "turns": (2, 6), "focus": (1, 5)}


@pytest.mark.parametrize(
    ("named", "levels", "advice"),
    [
        (["formalty"], 5, "formality"),
        (["formality", "formality=1|0"], 5, "twice"),
        (["decision_style"], 5, "decision_style='rational|intuitive'"),
        (["identity"], 5, "name them"),
        (["formality=0.5"], 5, "at least two levels"),
        (["formality=0|2"], 5, "0 to 1"),
        (["formality"], 1, "2 to 100"),
        (["formality"], "5|x", "'5'"),
        (["turns=1|2.5"], 5, "whole number"),
        ([], 5, "--control"),
    ],
)
def test_what_the_user_can_mend(named: list[str], levels: Any, advice: str) -> None:
    with pytest.raises(UsageError, match=advice) as error:
        studied_levels(named, levels)
    assert "\n" not in str(error.value)
