"""The scenarios that ship: enough of everything, and rules that can be applied."""

import re
import string
from pathlib import Path

from shipped_scenarios import (
    FILES,
    ROOT,
    TYPOGRAPHIC,
    all_sections,
    each,
    each_english,
    load,
    main_sections,
    pages,
    quantities,
    question_mark,
    sections,
)


def test_enough_scenarios_in_both_languages() -> None:
    languages = [load(file).language for file in FILES]
    assert len(languages) >= 12
    assert languages.count("zh") >= 2


def test_no_two_scenarios_answer_to_the_same_name() -> None:
    names = [
        name.casefold()
        for scenario in map(load, FILES)
        for name in {scenario.id, scenario.name, *scenario.aliases}
    ]
    assert sorted(names) == sorted(set(names))


@each
def test_is_a_scenario_named_like_its_file(file: Path) -> None:
    assert load(file).id == file.stem


@each
def test_has_enough_of_everything(file: Path) -> None:
    scenario = load(file)
    assert len(set(scenario.jobs)) >= 12
    assert len(set(scenario.occasions)) >= 8
    assert len(set(scenario.lexicon)) >= 12
    assert len({activity.name for activity in scenario.activities}) >= 8
    assert scenario.aliases


@each
def test_tools_are_the_shipped_ones(file: Path) -> None:
    scenario = load(file)
    assert set(scenario.user_tools) <= {"search_documents", "calendar", "calculator"}
    assert "search_documents" in scenario.user_tools
    assert "calculator" in scenario.assistant_tools


@each
def test_quantities_are_distinct_and_have_room(file: Path) -> None:
    found = quantities(load(file))
    names = [quantity.name for quantity in found]
    assert len(names) == len(set(names))
    assert all((q.high - q.low) % q.step == 0 for q in found), "high is off the grid"
    assert all(q.high > q.low for q in found), "too few values"


@each
def test_slots_give_variety(file: Path) -> None:
    for activity in load(file).activities:
        assert 1 <= len(activity.slots) <= 3, activity.name
        for slot, choices in activity.slots.items():
            assert len(set(choices)) >= 6, f"{activity.name}.{slot}"


@each
def test_what_carries_no_figure(file: Path) -> None:
    for activity in load(file).activities:
        fixed = "".join(text for text, *_ in string.Formatter().parse(activity.what))
        assert not re.search(r"\d", fixed), activity.name


@each
def test_pages_have_the_right_size(file: Path) -> None:
    language = load(file).language
    found = pages(file)
    assert 3 <= len(found) <= 6
    for name, text in found.items():
        if language == "zh":
            assert 300 <= len(re.sub(r"\s", "", text)) <= 1500, name
        else:
            assert 200 <= len(text.split()) <= 600, name


@each
def test_pages_have_one_title_and_sections(file: Path) -> None:
    for name, text in pages(file).items():
        assert text.startswith("# "), name
        assert len(re.findall(r"(?m)^# ", text)) == 1, name
        assert len(sections(text)) >= 3, name


@each
def test_no_section_is_empty_or_repeated(file: Path) -> None:
    headings = [heading.lower() for heading, _ in all_sections(file)]
    assert len(headings) == len(set(headings))
    assert all(body.strip() for _, body in all_sections(file))


@each
def test_every_activity_has_one_main_section_with_figures(file: Path) -> None:
    for activity in load(file).activities:
        found = main_sections(activity, file)
        assert len(found) == 1, f"{activity.name}: {[heading for heading, _ in found]}"
        assert re.search(r"\d", found[0][1]), f"{activity.name}: rules without a figure"


@each
def test_rules_have_a_table(file: Path) -> None:
    assert any(re.search(r"(?m)^\|[ :|-]+\|$", text) for text in pages(file).values())


@each
def test_tables_are_rectangular(file: Path) -> None:
    for heading, body in all_sections(file):
        rows = [line for line in body.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1, heading


@each_english
def test_english_pages_have_no_stray_letters(file: Path) -> None:
    for name, text in pages(file).items():
        stray = {letter for letter in text if ord(letter) > 127} - TYPOGRAPHIC
        assert not stray, f"{name}: {sorted(stray)}"


@each
def test_every_activity_has_four_questions_without_figures(file: Path) -> None:
    scenario = load(file)
    for activity in scenario.activities:
        assert len(set(activity.asks)) == len(activity.asks) == 4, activity.name
        for ask in activity.asks:
            assert not re.search(r"\d", ask), ask
            assert ask.endswith(question_mark(scenario)), ask
            assert not re.search(r"(?i)\b(total|sum|altogether)\b|总共|合计|一共", ask), ask


@each
def test_questions_name_no_slot_value(file: Path) -> None:
    for activity in load(file).activities:
        values = [value for choices in activity.slots.values() for value in choices]
        for ask in activity.asks:
            assert [value for value in values if value.lower() in ask.lower()] == [], ask


@each_english
def test_english_questions_and_reactions_are_short(file: Path) -> None:
    scenario = load(file)
    asks = [ask for activity in scenario.activities for ask in activity.asks]
    assert [ask for ask in asks if not 5 <= len(ask.split()) <= 14] == []
    reactions = [example.reaction for example in scenario.examples]
    assert [text for text in reactions if not 3 <= len(text.split()) <= 9] == []


@each
def test_labels_carry_no_figure_and_are_there_in_chinese(file: Path) -> None:
    scenario = load(file)
    for quantity in quantities(scenario):
        assert not re.search(r"\d", quantity.label or ""), quantity.name
        assert quantity.label or scenario.language == "en", quantity.name


def test_every_city_of_the_travel_rules_has_a_tier() -> None:
    file = ROOT / "travel_reimbursement.yaml"
    tiers = dict(all_sections(file))["City tiers"]
    for activity in load(file).activities:
        if activity.topic in ("hotel", "meals"):
            assert [city for city in activity.slots["city"] if city not in tiers] == []


def test_every_country_of_the_mobile_rules_has_a_zone() -> None:
    file = ROOT / "mobile_plan.yaml"
    zones = dict(all_sections(file))["Zones"]
    for activity in load(file).activities:
        countries = activity.slots.get("country", ())
        assert [country for country in countries if country not in zones] == []
