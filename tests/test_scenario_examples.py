"""The worked examples of the scenarios that ship: figures, rules and comparisons are right."""

import re
from pathlib import Path

from shipped_scenarios import (
    compared,
    day_of,
    each,
    figures,
    fits,
    is_quoted,
    load,
    question_mark,
    without_date,
)


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
