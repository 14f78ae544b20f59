"""The scenarios that ship: enough of everything, and rules that can be applied."""

import calendar
import re
import string
from datetime import date
from decimal import Decimal
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
FIGURE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
# "480 CNY is 30 CNY more than 450 CNY.", "6 rides is the same as 6 rides." and the same in Chinese,
# with one unit throughout.
COMPARISON = re.compile(
    r"(?P<mine>[\d.]+) (?P<unit>.+) is (?:(?P<gap>[\d.]+) (?P=unit) (?P<kind>more|less) than"
    r"|the same as) (?P<limit>[\d.]+) (?P=unit)\."
)
COMPARISON_ZH = re.compile(
    r"(?P<mine>[\d.]+)(?P<unit>\D+)(?:比(?P<limit>[\d.]+)(?P=unit)(?P<kind>多|少)(?P<gap>[\d.]+)(?P=unit)"
    r"|等于(?P<same>[\d.]+)(?P=unit))。"
)


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


def figures(text: str) -> list[Decimal]:
    return [Decimal(found.replace(",", "")) for found in FIGURE.findall(text)]


def without_date(note: str) -> str:
    return re.sub(r"^On \d+ [A-Z][a-z]+|^\d+月\d+日", "", note)


def day_of(note: str, today: date) -> date:
    """The last day up to `today` of the name that the note begins with: "On 24 March"."""
    found = re.match(r"On (?P<day>\d+) (?P<name>[A-Z]\w+)|(?P<month>\d+)月(?P<zh_day>\d+)日", note)
    assert found, f"no date in front: {note}"
    month = found["month"] or list(calendar.month_name).index(found["name"])
    day = date(today.year, int(month), int(found["day"] or found["zh_day"]))
    return day if day <= today else day.replace(year=today.year - 1)


def fits(quantity: Quantity, figure: Decimal) -> bool:
    in_range = quantity.low <= figure <= quantity.high
    return in_range and (figure - quantity.low) % quantity.step == 0


def is_table_row(sentence: str, body: str) -> bool:
    """Whether a row of a table, under its head, says what the sentence says."""
    rows = [line for line in body.splitlines() if line.startswith("|")]
    for row in rows[2:]:
        first, *others = (cell.strip() for cell in row.strip("|").split("|"))
        named = first in sentence and any(cell in sentence for cell in others)
        if named and set(figures(sentence)) <= set(figures(rows[0] + row)):
            return True
    return False


def is_quoted(sentence: str, file: Path) -> bool:
    bodies = [body for _, body in all_sections(file)]
    plain = any(sentence in re.sub(r"\s+", " ", body) for body in bodies)
    return plain or any(is_table_row(sentence, body) for body in bodies)


def compared(sentence: str) -> tuple[str, Decimal, Decimal, Decimal]:
    """The kind ("more", "less" or "same"), the user's figure, the gap and the rule's figure."""
    found = COMPARISON.fullmatch(sentence) or COMPARISON_ZH.fullmatch(sentence)
    assert found, f"not of the form of a comparison: {sentence}"
    kind = {"多": "more", "少": "less", None: "same"}.get(found["kind"], found["kind"])
    limit = found["limit"] or found["same"]
    return str(kind), Decimal(found["mine"]), Decimal(found["gap"] or 0), Decimal(limit)


def question_mark(scenario: Scenario) -> str:
    return "？" if scenario.language == "zh" else "?"


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


@each
def test_has_four_examples_of_four_activities(file: Path) -> None:
    scenario = load(file)
    shown = {example.activity for example in scenario.examples}
    assert len(scenario.examples) == len(shown) == 4
    assert shown <= {activity.name for activity in scenario.activities}


@each
def test_notes_of_examples_have_a_day_and_every_figure(file: Path) -> None:
    scenario = load(file)
    activities = {activity.name: activity for activity in scenario.activities}
    for example in scenario.examples:
        activity = activities[example.activity]
        first, last = activity.days_ago
        ago = (scenario.today - day_of(example.note, scenario.today)).days
        assert first <= ago <= last, example.note
        found = figures(without_date(example.note))
        for quantity in activity.quantities:
            assert any(fits(quantity, figure) for figure in found), f"{quantity.name}: {found}"


@each
def test_examples_say_aloud_every_figure_of_the_note_and_ask(file: Path) -> None:
    scenario = load(file)
    for example in scenario.examples:
        assert set(figures(example.note)) <= set(figures(example.said)), example.said
        assert example.said.endswith(question_mark(scenario)), example.said


@each
def test_rules_of_examples_are_quoted(file: Path) -> None:
    for example in load(file).examples:
        parts = re.split(r"(?<=\.) |(?<=。)", example.rule)
        assert [part for part in parts if part and not is_quoted(part, file)] == []


@each
def test_comparisons_are_right_and_of_every_kind(file: Path) -> None:
    kinds: set[str] = set()
    for example in load(file).examples:
        if example.comparison in ("none", "无"):
            kinds.add("none")
            continue
        kind, mine, gap, limit = compared(example.comparison)
        assert mine - limit == {"more": gap, "less": -gap, "same": 0}[kind], example.comparison
        assert mine in figures(example.note), example.comparison
        assert limit in figures(example.rule), example.comparison
        kinds.add(kind)
    assert {"more", "less", "none"} <= kinds


@each
def test_answers_of_examples_invent_no_figure_and_ask_nothing(file: Path) -> None:
    for example in load(file).examples:
        given = figures(f"{example.note} {example.rule} {example.comparison}")
        assert set(figures(example.answer)) <= set(given), example.answer
        assert not re.search("[?？]", example.answer), example.answer


@each
def test_reactions_are_words_only_and_all_different(file: Path) -> None:
    reactions = [example.reaction for example in load(file).examples]
    assert len(set(reactions)) == len(reactions)
    assert [text for text in reactions if re.search(r"[\d?？]", text)] == []


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
