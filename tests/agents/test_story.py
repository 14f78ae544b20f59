"""What a user lives through: drawn from the scenario, the same for the same seed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialogue.agents.figures import figures
from trialogue.agents.story import Story, draw_story, rate, spoken_date, words
from trialogue.errors import UsageError
from trialogue.records import Scenario
from trialogue.scenario_files import find_scenario

SCENARIOS = {
    name: find_scenario(name).scenario
    for name in ("travel_reimbursement", "chailv_baoxiao", "zhuangxiu_yusuan")
}
SEEDS = st.integers(min_value=0, max_value=2**31)


@given(st.sampled_from(sorted(SCENARIOS)), SEEDS)
@settings(max_examples=60)
def test_stories_keep_to_the_scenario(name: str, seed: int) -> None:
    scenario = SCENARIOS[name]
    activities = {activity.name: activity for activity in scenario.activities}
    story = draw_story(scenario, seed, (3, 4))
    assert len(story.points) in (3, 4)
    assert len({point.activity for point in story.points}) == len(story.points)
    assert story.occasion in scenario.occasions
    for point in story.points:
        activity = activities[point.activity]
        for quantity, fact in zip(activity.quantities, point.facts, strict=True):
            assert quantity.low <= Decimal(fact.value) <= quantity.high
            assert (Decimal(fact.value) - quantity.low) % quantity.step == 0
            assert fact.when is not None
            low, high = activity.days_ago
            assert low <= (scenario.today - date.fromisoformat(fact.when)).days <= high


@given(st.sampled_from(sorted(SCENARIOS)), SEEDS)
@settings(max_examples=60)
def test_a_note_has_every_figure_of_its_facts_and_its_day(name: str, seed: int) -> None:
    for point in draw_story(SCENARIOS[name], seed, (2, 5)).points:
        told = {Decimal(fact.value) for fact in point.facts}
        assert told <= figures(point.note)
        assert point.day in point.note
        assert figures(point.note) == told | figures(point.day) | figures(point.what)
        assert "{" not in point.note


@given(st.sampled_from(sorted(SCENARIOS)), SEEDS)
@settings(max_examples=30)
def test_points_are_in_order_of_their_days(name: str, seed: int) -> None:
    days = [str(point.facts[0].when) for point in draw_story(SCENARIOS[name], seed, (4, 5)).points]
    assert days == sorted(days)


def test_the_same_seed_gives_the_same_story_and_others_differ() -> None:
    scenario = SCENARIOS["chailv_baoxiao"]
    stories = [draw_story(scenario, seed, (3, 4)) for seed in range(50)]
    assert stories == [draw_story(scenario, seed, (3, 4)) for seed in range(50)]
    assert len({story.model_dump_json() for story in stories}) == 50
    assert len({story.name for story in stories}) > 30


def test_slots_with_common_choices_are_shared_in_a_story() -> None:
    """Nobody is in two cities on one trip."""
    cities = set(SCENARIOS["chailv_baoxiao"].activities[0].slots["city"])
    for seed in range(40):
        story = draw_story(SCENARIOS["chailv_baoxiao"], seed, (5, 5))
        named = {city for point in story.points for city in cities if city in point.what}
        assert len(named) <= 1


def _one(language: str) -> Story:
    name = {"en": "travel_reimbursement", "zh": "chailv_baoxiao"}[language]
    return draw_story(SCENARIOS[name], 1, (1, 1))


def test_chinese_notes_have_no_gaps_between_figures_and_units() -> None:
    note = _one("zh").points[0].note
    assert " " not in note
    assert "；" in note


def test_english_notes_are_separated_by_semicolons() -> None:
    assert "; " in _one("en").points[0].note


def test_a_scenario_without_activities_says_so() -> None:
    scenario = SCENARIOS["chailv_baoxiao"].model_copy(update={"activities": ()})
    with pytest.raises(UsageError, match="'chailv_baoxiao' has no activities"):
        draw_story(scenario, 0, (3, 4))


def test_no_more_points_than_activities() -> None:
    scenario = SCENARIOS["chailv_baoxiao"]
    few: Scenario = scenario.model_copy(update={"activities": scenario.activities[:2]})
    assert len(draw_story(few, 0, (5, 5)).points) == 2


@pytest.mark.parametrize(
    ("unit", "per", "language", "told"),
    [
        ("CNY", "night", "en", "CNY per night"),
        ("nights", None, "en", "nights"),
        ("元", "晚", "zh", "元/晚"),
        ("晚", None, "zh", "晚"),
    ],
)
def test_units(unit: str, per: str | None, language: str, told: str) -> None:
    assert rate(unit, per, language) == told


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31)))
def test_spoken_dates_name_day_and_month(day: date) -> None:
    assert spoken_date(day, "zh") == f"{day.month}月{day.day}日"
    assert spoken_date(day, "en").split()[0] == str(day.day)
    assert spoken_date(day, "en") != spoken_date(day + timedelta(days=1), "en")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_are_given_once(language: str) -> None:
    people = words("zh" if language == "zh" else "en")
    for kind in ("given", "family", "traits", "greetings"):
        assert len(people[kind]) == len(set(people[kind])) >= 4
