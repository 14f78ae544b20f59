"""docs/personas.md says what is true."""

import re
from pathlib import Path
from typing import get_args

import pytest

import trialogue
from trialogue.agents.marginals import default_marginals, read_marginals
from trialogue.agents.personas import persona_source
from trialogue.errors import UsageError
from trialogue.records import Persona
from trialogue.records.persona import DecisionStyle, Level
from trialogue.scenario_files import find_scenario

ROOT = Path(trialogue.__file__).parents[1]
EXAMPLES = ROOT / "examples" / "personas"
PAGE = (ROOT / "docs" / "personas.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE))


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def test_every_facet_has_its_row_in_order() -> None:
    assert list(ROWS) == list(Persona.model_fields)


def test_rows_name_every_value() -> None:
    values = {
        "patience": get_args(Level),
        "decision_style": get_args(DecisionStyle),
        "mood": tuple(default_marginals().mood),
    }
    for facet, known in values.items():
        assert tuple(re.findall(r"`(\w+)`", ROWS[facet])) == known


@pytest.mark.parametrize("facet", ["age", "expertise"])
def test_rows_name_the_bounds(facet: str) -> None:
    low, high = (int(number) for number in re.findall(r"\d+", ROWS[facet]))
    for number in (low, high):
        Persona.model_validate({facet: number})
    for number in (low - 1, high + 1):
        with pytest.raises(ValueError, match=facet):
            Persona.model_validate({facet: number})


def test_the_marginals_and_the_persona_shown_are_those_of_the_examples() -> None:
    (shown,) = blocks("yaml")
    assert shown == (EXAMPLES / "marginals.yaml").read_text(encoding="utf-8")
    assert read_marginals(EXAMPLES / "marginals.yaml").patience == {
        "low": 6,
        "medium": 3,
        "high": 1,
    }
    (persona,) = blocks("json")
    assert persona in (EXAMPLES / "people.jsonl").read_text(encoding="utf-8")


def test_the_code_prints_what_it_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    sampled, plugged = blocks("python")
    exec(sampled, {})
    assert capsys.readouterr().out == blocks("text")[0]
    exec(plugged, {})


@pytest.mark.parametrize(
    ("file", "text", "scenario"),
    [
        ("people.jsonl", '{"age": 3}\n{"expertise": 6}', "travel_reimbursement"),
        ("people.yaml", "- age: 3\n" * 6 + "- agee: 3", "travel_reimbursement"),
        ("marginals.yaml", "age: {3: 1}\n\nmood: {calm: 0}", "travel_reimbursement"),
        ("people.jsonl", '{"language": "en"}', "chailv_baoxiao"),
    ],
)
def test_faults_read_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str, scenario: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(file).write_text(text)
    with pytest.raises(UsageError) as error:
        persona_source(file, find_scenario(scenario).scenario)
    assert str(error.value) in blocks("text")[1].splitlines()
