"""Where personas come from: marginals, a list, a plugin, an argument."""

import sys
from pathlib import Path

import pytest
from plugin_package import install

import trialogue
from trialogue.agents.marginals import SampledPersonas
from trialogue.agents.persona_files import GivenPersonas, speaks
from trialogue.agents.personas import (
    check_persona_source,
    fitting_persona,
    persona_file,
    persona_source,
)
from trialogue.errors import UsageError
from trialogue.records import Persona, Scenario
from trialogue.scenario_files import find_scenario

EN = find_scenario("travel_reimbursement").scenario
ZH = find_scenario("chailv_baoxiao").scenario
EXAMPLES = Path(trialogue.__file__).parents[1] / "examples" / "personas"

PLUGIN = """
from trialogue.records import Persona

class Everybody:
    def __init__(self, scenario):
        self.scenario = scenario

    def draw(self, seed, number, scenario):
        return Persona(name=f"Number {number}", language=("en", "zh", "fr")[number % 3])

everybody = Everybody(None)

def nobody(scenario):
    return 7

def angry(scenario):
    raise RuntimeError("no\\nluck")

class Foreign(Everybody):
    def draw(self, seed, number, scenario):
        return Persona(language="fr")

class Broken(Everybody):
    def draw(self, seed, number, scenario):
        return {}[number]

class Loose(Everybody):
    def draw(self, seed, number, scenario):
        return {"age": 3}
"""
POINTS = {
    "everybody": "everybody",
    "made": "Everybody",
    "sampled": "nobody",
    **{name: name for name in ("nobody", "angry", "Foreign", "Broken", "Loose", "absent")},
}


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package that brings persona sources, good and broken ones."""
    install(tmp_path, "trialogue_personas", PLUGIN, {"trialogue.personas": POINTS})
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "trialogue_personas", raising=False)


def test_given_personas_come_in_turn() -> None:
    people = [Persona(age=age) for age in (20, 30, 40)]
    source = GivenPersonas(people)
    assert [source.draw(9, number, EN) for number in range(7)] == [*people, *people, people[0]]


def test_shuffled_personas_all_come_in_every_turn() -> None:
    people = [Persona(age=age) for age in range(20, 30)]
    source = GivenPersonas(people, shuffled=True)
    turns = [[source.draw(3, 10 * turn + n, EN).age for n in range(10)] for turn in range(5)]
    assert all(sorted(turn, key=str) == list(range(20, 30)) for turn in turns)
    assert len({tuple(turn) for turn in turns}) == 5
    again = GivenPersonas(people, shuffled=True)
    assert [again.draw(3, n, EN).age for n in range(10)] == turns[0]


def test_other_languages_are_passed_over() -> None:
    source = persona_source(str(EXAMPLES / "people.jsonl"), ZH)
    assert source is not None
    named = [fitting_persona(source, 0, number, ZH).name for number in range(4)]
    assert named == [None, None, "方志远", "宋晓棠"]
    with pytest.raises(UsageError, match=r"nobody speaks 'zh', the language of 'chailv_baoxiao'"):
        GivenPersonas([Persona(language="en")]).draw(0, 0, ZH)


@pytest.mark.parametrize("language", [None, "", "zh", "zh-CN", "ZH_Hans", " zh "])
def test_languages_with_regions_are_the_language(language: str | None) -> None:
    assert speaks(Persona(language=language), ZH)
    assert speaks(Persona(language=language), EN) == (not language)


def test_missing_facets_are_drawn_and_given_ones_stay() -> None:
    source = GivenPersonas([Persona(mood="furious", expertise=1, name="")])
    people = [fitting_persona(source, 0, number, EN) for number in range(60)]
    assert {(who.mood, who.expertise, who.name) for who in people} == {("furious", 1, None)}
    assert {who.patience for who in people} == {"low", "medium", "high"}
    assert None not in {who.age for who in people} | {who.decision_style for who in people}


@pytest.mark.parametrize(
    ("spec", "file"),
    [
        (None, None),
        ("sampled", None),
        ("a/people.jsonl", "a/people.jsonl"),
        ("shuffled:people.json", "people.json"),
        ("people.yml", "people.yml"),
    ],
)
def test_which_specs_name_files(spec: str | None, file: str | None) -> None:
    assert persona_file(spec) == (Path(file) if file else None)


def test_nobody_asked_for_is_no_source() -> None:
    assert persona_source(None, EN) is None


@pytest.mark.parametrize("scenario", [EN, ZH])
def test_own_sources_keep_the_contract(scenario: Scenario) -> None:
    for spec in ("sampled", str(EXAMPLES / "marginals.yaml"), str(EXAMPLES / "people.jsonl")):
        source = persona_source(spec, scenario)
        assert source is not None
        check_persona_source(source, scenario)
    shuffled = persona_source(f"shuffled:{EXAMPLES / 'people.jsonl'}", scenario)
    assert isinstance(shuffled, GivenPersonas)
    check_persona_source(shuffled, scenario)


def test_marginals_cannot_be_shuffled() -> None:
    with pytest.raises(UsageError, match=r"marginals.yaml:1: marginals have no order"):
        persona_source(f"shuffled:{EXAMPLES / 'marginals.yaml'}", EN)


class Forgetful:
    """A source that draws otherwise every time."""

    def __init__(self) -> None:
        self.age = 0

    def draw(self, seed: int, number: int, scenario: Scenario) -> Persona:
        self.age += 1
        return Persona(age=self.age)


class Stranger:
    """A source whose personas speak a language that no scenario has."""

    def draw(self, seed: int, number: int, scenario: Scenario) -> Persona:
        return Persona(language="fr")


def test_the_contract_notices_what_is_wrong() -> None:
    with pytest.raises(AssertionError, match="the same seed and number"):
        check_persona_source(Forgetful(), EN)
    with pytest.raises(UsageError, match="Stranger draws nobody who speaks 'en'"):
        check_persona_source(Stranger(), EN)


@pytest.mark.usefixtures("plugged")
@pytest.mark.parametrize("name", ["everybody", "made"])
def test_plugins_are_sources_or_make_them(name: str) -> None:
    source = persona_source(name, EN)
    assert source is not None
    check_persona_source(source, EN)
    people = [fitting_persona(source, 0, number, EN) for number in range(3)]
    assert [who.name for who in people] == ["Number 0", "Number 3", "Number 3"]
    assert all(who.language == "en" and who.mood for who in people)


@pytest.mark.usefixtures("plugged")
def test_a_plugin_cannot_take_the_name_of_the_default() -> None:
    assert isinstance(persona_source("sampled", EN), SampledPersonas)


@pytest.mark.usefixtures("plugged")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("everybdy", r"no persona source is called 'everybdy'; did you mean everybody"),
        ("nobody", "persona source 'nobody' is a int without `draw`"),
        ("angry", "persona source 'angry' cannot be made: RuntimeError: no luck"),
        ("absent", "plugin 'absent' .* cannot be loaded"),
        ("Foreign", "Foreign draws nobody who speaks 'en', the language of 'travel_reimb"),
        ("Broken", "persona source Broken fails at number 0: KeyError: 0"),
        ("Loose", "persona source gives dict, not Persona"),
    ],
)
def test_faults_of_plugins_are_named(name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as error:
        persona_source(name, EN)
    assert "\n" not in str(error.value)


def test_an_unknown_name_is_told_of_files_too() -> None:
    with pytest.raises(UsageError, match=r"sampled; or give a file that ends in \.jsonl, "):
        persona_source("q", EN)
