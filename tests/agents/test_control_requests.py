"""What is asked for: values, ranges, grids, presets; and what each dialogue is drawn."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.agents.controls import (
    Fixed,
    Grid,
    Requested,
    Span,
    built_in,
    drawn,
    parse_controls,
    presets,
    with_preset,
)
from trialogue.errors import UsageError


def test_texts_and_mappings_say_the_same() -> None:
    texts = ["formality=0.8", "feedback = 0..1", "focus=1|3|5", "identity=a nurse, 40"]
    mapping = {
        "formality": 0.8,
        "feedback": "0..1",
        "focus": [1, 3, 5],
        "identity": "a nurse, 40",
    }
    wishes = parse_controls(texts).wishes
    assert wishes == parse_controls(mapping).wishes
    assert wishes == {
        "formality": Fixed(0.8),
        "feedback": Span(0.0, 1.0),
        "focus": Grid((1, 3, 5)),
        "identity": Fixed("a nurse, 40"),
    }


def test_what_was_asked_for_reads_back() -> None:
    asked = parse_controls(["formality=0.123456789", "smoothness=a..c", "turns=2|4", "focus=3..3"])
    assert asked.texts() == {
        "formality": "0.123456789",
        "smoothness": "A..C",
        "turns": "2|4",
        "focus": "3",
    }
    assert parse_controls(asked.texts()) == asked


def test_nothing_asked_for_is_nothing() -> None:
    empty = parse_controls([])
    assert not empty
    assert empty.combinations == 1
    assert drawn(empty, 0, 0) == {}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("formalty=0.8", "no control is called 'formalty'; did you mean formality"),
        ("zzz=1", "there are .*formality"),
        ("formality", "sets no control; write it as formality=0.8"),
        ("=0.8", "sets no control"),
        ("formality=", "sets no control"),
        ("formality=2", "control formality: '2' is not allowed: 0 to 1"),
        ("formality=0..2", "control formality: '2' is not allowed"),
        ("formality=0.8..0.2", "upside down"),
        ("formality=0..0.5..1", "formality"),
        ("focus=1|9", "control focus: '9' is not allowed: 1 to 5"),
        ("focus=1|1", "different values"),
        ("focus=1||3", "focus"),
        ("smoothness=F..A", "upside down"),
        ("decision_style=rational..avoidant", "has no ranges"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(given: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        parse_controls([given])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [None, [], {"low": 0}, [[1]], True])
def test_a_mapping_with_a_strange_value_is_refused(value: Any) -> None:
    with pytest.raises(UsageError, match="formality"):
        parse_controls({"formality": value})


def test_setting_a_control_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="focus is set twice"):
        parse_controls(["focus=1", "focus=3"])


@given(st.sampled_from(["", "formality=", "focus=1|", "smoothness=A..", "identity="]), st.text())
def test_any_text_is_read_or_refused_in_one_line(start: str, text: str) -> None:
    refused = ""
    try:
        parse_controls([start + text])
    except UsageError as error:
        refused = str(error)
    assert len(refused.splitlines()) <= 1
    assert len(refused) < 400


def test_grids_are_enumerated_as_a_product() -> None:
    asked = parse_controls(["focus=1|3|5", "disclosure=1|2", "turns=4"])
    assert asked.combinations == 6
    first = [tuple(drawn(asked, 7, number).values()) for number in range(6)]
    assert first == [(1, 1, 4), (1, 2, 4), (3, 1, 4), (3, 2, 4), (5, 1, 4), (5, 2, 4)]
    assert drawn(asked, 9, 6) == drawn(asked, 7, 0)


def test_ranges_are_sampled_from_seed_and_number_alone() -> None:
    asked = parse_controls(["formality=0.2..0.4", "smoothness=B..D", "focus=2..4"])
    values = [drawn(asked, 5, number) for number in range(200)]
    assert values == [drawn(asked, 5, number) for number in range(200)]
    assert values != [drawn(asked, 6, number) for number in range(200)]
    alone = parse_controls(["formality=0.2..0.4"])
    assert [v["formality"] for v in values] == [drawn(alone, 5, n)["formality"] for n in range(200)]
    assert all(0.2 <= v["formality"] <= 0.4 for v in values)  # type: ignore[operator]
    assert set(Counter(v["smoothness"] for v in values)) == {"B", "C", "D"}
    assert set(Counter(v["focus"] for v in values)) == {2, 3, 4}


def test_a_range_narrower_than_its_rounding_stays_inside() -> None:
    asked = parse_controls(["formality=0.4001..0.4002"])
    values = [drawn(asked, 0, number)["formality"] for number in range(20)]
    assert all(0.4001 <= float(value) <= 0.4002 for value in values)


def test_wishes_stand_over_others() -> None:
    flags, file = parse_controls(["focus=5"]), parse_controls({"focus": 1, "turns": 4})
    assert flags.over(file).texts() == {"focus": "5", "turns": "4"}


def test_every_preset_can_be_drawn() -> None:
    assert list(presets()) == ["education", "support", "customer_service", "entertainment"]
    for preset in presets().values():
        values = drawn(preset, 0, 0)
        assert len(values) > 5
        assert all(built_in()[name].checked(value) == value for name, value in values.items())


def asked(*texts: str) -> Requested:
    return parse_controls(texts)


def test_a_preset_fills_what_is_not_named() -> None:
    found = with_preset("education", asked("turns=4", "formality=0.4", "focus=4"))
    assert found.texts()["turns"] == "4"
    assert found.texts()["formality"] == "0.4"
    assert found.texts()["knowledge_gap"] == "4..5"
    assert with_preset(None, asked("turns=4")).texts() == {"turns": "4"}


@pytest.mark.parametrize(
    "text",
    ["formality=0.9", "formality=0.4..0.9", "formality=0.4|0.9", "smoothness=F", "focus=1"],
)
def test_a_flag_that_contradicts_the_preset_is_refused_with_both_names(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        with_preset("education", asked(text))
    assert f"--control {text} contradicts --preset education" in str(caught.value)
    assert "leave one of them out" in str(caught.value)


def test_a_fixed_value_of_a_preset_can_only_be_repeated() -> None:
    assert with_preset("support", asked("disclosure=1")).texts()["disclosure"] == "1"
    for other in ("disclosure=2", "disclosure=1..2"):
        with pytest.raises(UsageError, match="contradicts"):
            with_preset("support", asked(other))


def test_an_unknown_preset_offers_the_nearest() -> None:
    with pytest.raises(UsageError, match="no preset is called 'educaton'; did you mean education"):
        with_preset("educaton", asked())
