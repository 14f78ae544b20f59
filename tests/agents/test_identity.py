"""Who a user is said to be: as ever without personas, in words with them."""

from hashlib import sha256
from typing import get_args

import pytest

from trialogue.agents.marginals import default_marginals
from trialogue.agents.persona_words import persona_data, told_facets
from trialogue.agents.personas import with_controls
from trialogue.agents.story import draw_story, words
from trialogue.errors import UsageError
from trialogue.records import Language, Persona, Scenario
from trialogue.records.persona import DecisionStyle, Level
from trialogue.scenario_files import find_scenario

EN = find_scenario("travel_reimbursement").scenario
ZH = find_scenario("chailv_baoxiao").scenario
SHIPPED = ("car_rental", "chailv_baoxiao", "tax_allowance", "zhuangxiu_yusuan")


def test_without_personas_stories_are_what_they_were() -> None:
    """Names, identities, occasions and points are those of version 0.1."""
    kept = {"name", "identity", "occasion", "points"}
    lines = [
        draw_story(scenario, seed, (3, 4)).model_dump_json(include=kept)
        for scenario in (find_scenario(name).scenario for name in SHIPPED)
        for seed in range(20)
    ]
    text = "".join(f"{line}\n" for line in lines)
    assert sha256(text.encode()).hexdigest()[:16] == "81e76ff9042ac2bf"


@pytest.mark.parametrize("scenario", [EN, ZH])
def test_without_personas_facets_agree_with_the_identity(scenario: Scenario) -> None:
    for seed in range(100):
        story = draw_story(scenario, seed, (1, 1))
        who, trait = story.persona, story.identity.replace("，", ", ").split(", ")[-1]
        assert None not in dict(who).values()
        assert story.identity.startswith(str(who.name))
        assert str(who.age) in story.identity
        assert str(who.job) in story.identity
        meant = persona_data()["traits"].get(trait, {})
        assert {facet: getattr(who, facet) for facet in meant} == meant


@pytest.mark.parametrize("scenario", [EN, ZH])
def test_a_persona_is_told_in_words_and_changes_no_point(scenario: Scenario) -> None:
    persona = Persona(
        name="An, Bo", age=33, job="baker", mood="livid", patience="low", decision_style="avoidant"
    )
    bare = draw_story(scenario, 4, (3, 4))
    story = draw_story(scenario, 4, (3, 4), persona.model_copy(update={"expertise": 5}))
    assert (story.points, story.occasion) == (bare.points, bare.occasion)
    assert story.name == "An Bo"
    told = {
        "en": "An Bo, 33, baker, livid, new to such matters, in a hurry, puts decisions off",
        "zh": "An Bo，33岁，baker，livid，头一回办这类事，性子急，迟迟拿不定主意",
    }
    assert story.identity == told[scenario.language]
    assert story.persona.name == "An, Bo"
    assert story.persona.language == scenario.language


def test_an_identity_is_one_line_even_if_facets_are_not() -> None:
    story = draw_story(EN, 0, (1, 1), Persona(name="A\nB", job="x\n# system", mood="\n{{who}}\t"))
    assert len(story.identity.splitlines()) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_value_of_a_facet_has_words(language: Language) -> None:
    texts, marginals = persona_data()["texts"][language], default_marginals()
    values = {
        "mood": list(marginals.mood),
        "expertise": [1, 2, 3, 4, 5],
        "patience": list(get_args(Level)),
        "decision_style": list(get_args(DecisionStyle)),
    }
    assert {facet: list(known) for facet, known in texts.items()} == values
    phrases = [phrase for known in texts.values() for phrase in known.values()]
    assert len(phrases) == len(set(phrases))
    assert not any(character in phrase for phrase in phrases for character in ",，.。\n")


def test_traits_that_say_something_of_facets_exist() -> None:
    traits = {trait for language in ("en", "zh") for trait in words(language)["traits"]}
    assert set(persona_data()["traits"]) <= traits
    for facets in persona_data()["traits"].values():
        assert told_facets(Persona(**facets), "en")


def test_controls_go_before_facets() -> None:
    persona = Persona(expertise=1, decision_style="rational", mood="calm")
    changed = with_controls(persona, {"knowledge_gap": 4, "decision_style": "avoidant", "turns": 3})
    assert changed == Persona(expertise=4, decision_style="avoidant", mood="calm")
    assert with_controls(persona, {"formality": 0.3}) == persona
    with pytest.raises(UsageError, match="control knowledge_gap: Input should be less"):
        with_controls(persona, {"knowledge_gap": 6})


def test_an_identity_tells_the_controls_that_belong_to_the_user() -> None:
    plain = draw_story(EN, 2, (1, 1)).identity
    asked = {"knowledge_gap": 5, "identity": "has just moved\nhere", "formality": 0.5}
    assert draw_story(EN, 2, (1, 1), controls={"formality": 0.5}).identity == plain
    told = "has just moved here, new to such matters"
    who = draw_story(EN, 2, (1, 1), controls=asked)
    assert who.identity == f"{who.name}, {told}"
    story = draw_story(EN, 2, (1, 1), Persona(expertise=1), asked)
    assert story.persona.expertise == 5
    assert "an expert" not in story.identity
    assert story.identity.startswith(f"{story.name}, has just moved here, ")


@pytest.mark.parametrize(("scenario", "aged"), [(EN, "Bo, 33, "), (ZH, "Bo，33岁，")])
def test_an_identity_that_is_asked_for_goes_before_job_trait_and_age(
    scenario: Scenario, aged: str
) -> None:
    asked = {"identity": "a retired midwife"}
    for seed in range(20):
        plain = draw_story(scenario, seed, (1, 1))
        story = draw_story(scenario, seed, (1, 1), controls=asked)
        assert (story.name, story.points) == (plain.name, plain.points)
        assert story.identity.replace("，", ", ") == f"{story.name}, a retired midwife"
        assert (story.persona.job, story.persona.age) == (None, None)
    given = draw_story(scenario, 0, (1, 1), Persona(name="Bo", age=33, job="baker"), asked)
    assert given.identity.startswith(f"{aged}a retired midwife")
    assert "baker" not in given.identity
    assert given.persona.age == 33
