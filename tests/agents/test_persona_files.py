"""Personas read from JSON Lines, JSON and YAML, with faults named by file, line and facet."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import trialogue
from trialogue.agents.persona_files import read_personas
from trialogue.agents.personas import persona_source
from trialogue.errors import UsageError
from trialogue.records import Persona
from trialogue.records.persona import DecisionStyle, Level
from trialogue.scenario_files import find_scenario

EN = find_scenario("travel_reimbursement").scenario
EXAMPLES = Path(trialogue.__file__).parents[1] / "examples" / "personas"

# YAML has no way to write some characters; JSON has one for all.
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cn", "Co")), max_size=12)
FACETS = {
    "name": TEXTS,
    "age": st.integers(1, 120),
    "job": TEXTS,
    "expertise": st.integers(1, 5),
    "mood": TEXTS,
    "patience": st.sampled_from(get_args(Level)),
    "decision_style": st.sampled_from(get_args(DecisionStyle)),
    "language": st.sampled_from(["en", "zh"]),
}
ENTRIES = st.fixed_dictionaries(
    {}, optional={facet: st.none() | values for facet, values in FACETS.items()}
)
PEOPLE = st.lists(ENTRIES, min_size=1, max_size=6)


def json_lines(people: list[Any]) -> str:
    return "\n\n".join(json.dumps(entry, ensure_ascii=False) for entry in people)


def json_list(people: list[Any]) -> str:
    return json.dumps(people)


def indented(people: list[Any]) -> str:
    return json.dumps(people, indent="\t", ensure_ascii=False)


def yaml_list(people: list[Any]) -> str:
    return yaml.safe_dump(people, allow_unicode=True)


FORMS = {".jsonl": json_lines, "a.json": json_list, "b.json": indented, ".yaml": yaml_list}
FORM = st.sampled_from(sorted(FORMS))


def test_all_facets_are_read() -> None:
    assert set(FACETS) == set(Persona.model_fields)


@given(FORM, PEOPLE, st.booleans())
def test_personas_are_read_as_they_were_written(
    form: str, people: list[dict[str, Any]], marked: bool
) -> None:
    text = FORMS[form](people)
    assert read(form, text, marked) == [Persona.model_validate(entry) for entry in people]


def read(form: str, text: str, marked: bool = False) -> list[Persona]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"people{form}"
        file.write_bytes(text.encode("utf-8-sig" if marked else "utf-8"))
        return read_personas(file)


@given(FORM, PEOPLE, st.data())
def test_a_fault_is_named_with_its_line(form: str, people: list[dict[str, Any]], data: Any) -> None:
    """The line named holds the fault, or is the first of the entry that does."""
    facet, wrong = data.draw(st.sampled_from([("age", 0), ("expertise", 9), ("mod", "calm")]))
    place = data.draw(st.integers(0, len(people) - 1))
    people[place] = {facet: wrong}
    text = FORMS[form](people)
    with pytest.raises(UsageError) as error:
        read(form, text)
    told = str(error.value)
    _, line, message = told.split("people" + form, 1)[1].split(":", 2)
    assert facet in message
    lines = [part for number, part in enumerate(text.split("\n"), 1) if number >= int(line)]
    assert facet in "".join(lines[:2])
    assert "\n" not in told


@given(
    st.sampled_from([".jsonl", ".json", ".yaml"]),
    st.text(st.characters(codec="utf-8"), max_size=40),
)
def test_any_text_is_read_or_refused_in_one_line(form: str, text: str) -> None:
    assert "\n" not in outcome(form, text)


def outcome(form: str, text: str) -> str:
    """What is wrong with a text, or nothing if it could be read."""
    try:
        assert read(form, text)
    except UsageError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("form", [".jsonl", ".json", ".yaml"])
@pytest.mark.parametrize("opening", ["[", '{"mood":', "- "])
def test_deep_nesting_is_refused(form: str, opening: str) -> None:
    with pytest.raises(UsageError):
        read(form, opening * 100_000)


@pytest.mark.parametrize(
    ("form", "text", "says"),
    [
        (".jsonl", "", r":1: there are no personas; write one a line, such as \{"),
        (".json", "[]", ":1: there are no personas"),
        (".yaml", "# nobody\n", ":1: expected a list"),
        (".jsonl", '{"age": 3}\n\n{"age": 3', ":3: not JSON: .* column 10"),
        (".jsonl", '{"age": 3}\n[4]', ":2: expected facets and values, such as"),
        (".json", '[{"age": 3},\n\n{"age": "old"}]', ":3: age: Input should be a valid integer"),
        (".json", '[{"age": 3},\n{"age": 3},]', ":2: not JSON"),
        (".json", '{"mood": {"calm": 1}}', ":1: expected a list"),
        (".yaml", "- age: 3\n- age: 4\n  mood: [calm]", ":3: mood: Input should be a valid string"),
        (".yaml", "- age: 3\n  patience: much", ":2: patience: Input should be 'low', 'medium' or"),
        (".yaml", "- when: 2026-99-99", ":1: not YAML: month must be"),
        (".yaml", "- age: [3\n", ":2: not YAML"),
        (".jsonl", '{"agee": 3}', ":1: unknown key 'agee'; Persona has name, age, job"),
        (".jsonl", '{"name": "\\ud800"}', ":1: name: holds half of a character"),
    ],
)
def test_faults_are_told(form: str, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=rf"people{form}{says}"):
        read(form, text)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for name in ("absent.jsonl", "absent.yaml"):
        with pytest.raises(UsageError, match=f"{name}: there is no such file"):
            persona_source(str(tmp_path / name), EN)
    (tmp_path / "latin.json").write_bytes(b'["\xe9"]')
    (tmp_path / "folder.jsonl").mkdir()
    for name in ("latin.json", "folder.jsonl"):
        with pytest.raises(UsageError, match=f"{name}: cannot be read"):
            persona_source(str(tmp_path / name), EN)


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.yaml", "# first\n- age: 30\n", "GivenPersonas"),
        ("a.json", '[{"age": 30}]', "GivenPersonas"),
        ("a.yml", "age: {20-30: 1}", "SampledPersonas"),
        ("a.json", '{"mood": {"calm": 1}}', "SampledPersonas"),
    ],
)
def test_lists_are_personas_and_mappings_are_marginals(
    tmp_path: Path, name: str, text: str, kind: str
) -> None:
    (tmp_path / name).write_text(text)
    assert type(persona_source(str(tmp_path / name), EN)).__name__ == kind


def test_the_example_has_eight_personas_in_two_languages() -> None:
    people = read_personas(EXAMPLES / "people.jsonl")
    assert len(people) == 8
    assert {who.language for who in people} == {None, "en", "zh"}
