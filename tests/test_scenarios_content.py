"""The scenarios that ship: enough of everything, and rules that can be applied."""

import re
import string
from functools import cache
from pathlib import Path

import pytest
import yaml

import trialogue
from trialogue.records.scenario import Activity, Quantity, Scenario

ROOT = Path(trialogue.__file__).parent / "scenarios"
FILES = sorted(ROOT.glob("*.yaml"))
# Letters that English prose of ours may use beyond ASCII: signs, and names such as Türkiye.
TYPOGRAPHIC = set("–—‘’“”…×²³°€£é½¼ü")


@cache
def load(file: Path) -> Scenario:
    return Scenario.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def pages(file: Path) -> dict[str, str]:
    """The text of every page of rules by its path relative to the scenarios."""
    found: dict[str, str] = {}
    for name in load(file).documents:
        place = file.parent / name
        for page in sorted(place.rglob("*.md")) if place.is_dir() else [place]:
            found[str(page.relative_to(ROOT))] = page.read_text(encoding="utf-8")
    return found


def sections(text: str) -> dict[str, str]:
    """Text under each `##` heading."""
    parts = re.split(r"(?m)^## +(.+)$", text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def all_sections(file: Path) -> list[tuple[str, str]]:
    return [pair for text in pages(file).values() for pair in sections(text).items()]


def main_sections(activity: Activity, file: Path) -> list[tuple[str, str]]:
    topic = activity.topic.lower()
    return [(heading, body) for heading, body in all_sections(file) if topic in heading.lower()]


def quantities(scenario: Scenario) -> list[Quantity]:
    return [quantity for activity in scenario.activities for quantity in activity.quantities]


ENGLISH = [file for file in FILES if load(file).language == "en"]

each = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
each_english = pytest.mark.parametrize("file", ENGLISH, ids=lambda file: file.stem)


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
