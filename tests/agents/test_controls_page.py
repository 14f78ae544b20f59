"""docs/controls.md says what is true."""

import re
from pathlib import Path

import pytest
import yaml

import trialogue
from trialogue.agents.controls import Control, built_in, parse_controls, presets

PAGE = (Path(trialogue.__file__).parents[1] / "docs" / "controls.md").read_text(encoding="utf-8")


def rows(heading: str) -> dict[str, list[str]]:
    """The table under a heading: the cells of each row by its name."""
    part = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| `(\w+)` \|(.*)\|$", part, re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in found}


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def row(control: Control) -> list[str]:
    words = control.wordings["en"]
    return [control.allowed, words.low, words.high, control.level]


def test_the_table_is_what_is_declared() -> None:
    assert rows("The controls") == {name: row(control) for name, control in built_in().items()}


def test_every_control_has_its_measure() -> None:
    assert list(rows("How a control is measured")) == list(built_in())


def test_the_presets_are_what_is_declared() -> None:
    told = {
        name: [", ".join(f"{control}={wish}" for control, wish in preset.texts().items())]
        for name, preset in presets().items()
    }
    assert rows("Presets") == told


def test_what_the_page_sets_can_be_set() -> None:
    written = re.findall(r'--control "?([\w=.|]+)', PAGE)
    assert len(written) > 4
    for text in written:
        assert parse_controls([text])
    (block,) = blocks("yaml")
    assert parse_controls(yaml.safe_load(block)["controls"]).combinations == 3


def test_the_control_of_ones_own_keeps_to_the_contract() -> None:
    (block,) = blocks("python")
    made: dict[str, object] = {}
    exec(block, made)
    assert isinstance(made["control"], Control)


@pytest.mark.parametrize("word", ["TODO", "MEASURED"])
def test_the_page_is_finished(word: str) -> None:
    assert word not in PAGE
