"""Controls: declared once, checked, told as a number with its definition, taken from plugins."""

from dataclasses import replace
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.agents.controls import (
    Control,
    Manner,
    all_controls,
    broken_controls,
    built_in,
    check_control,
    coordinates,
    declared,
    from_vector,
    parse_controls,
    vector,
)
from trialogue.errors import UsageError

NAMES = list(built_in())
ORDERED = [name for name, control in built_in().items() if control.ordered]


def test_all_of_the_papers_are_there() -> None:
    assert NAMES[:9] == [
        *("turns", "industry_context", "knowledge_gap", "smoothness", "focus"),
        *("identity", "technical_language", "formality", "decision_style"),
    ]
    further = {"disclosure", "feedback", "verbosity", "specificity", "lexical_variety"}
    assert set(NAMES[9:]) == further


@pytest.mark.parametrize("name", NAMES)
def test_every_control_keeps_to_the_contract(name: str) -> None:
    check_control(built_in()[name])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "Two Words"}, "lower-case"),
        ({"sides": ()}, "sides"),
        ({"wordings": {}}, "words in en"),
        ({"low": 1.0}, "range is empty"),
        ({"measure": lambda dialogue: 1}, "no float"),
        ({"line": lambda text, language: 7.0}, "own range"),
    ],
)
def test_the_contract_finds_what_is_wrong(change: dict[str, Any], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_control(replace(built_in()["formality"], **change))


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("formality", "0.8", 0.8),
        ("formality", 1, 1.0),
        ("focus", "5", 5),
        ("turns", 3.0, 3),
        ("smoothness", "c", "C"),
        ("decision_style", "Rational", "rational"),
        ("industry_context", "public services", "public_services"),
        ("identity", " a  nurse ", "a nurse"),
    ],
)
def test_values_are_read_as_the_control_has_them(name: str, value: Any, kept: Any) -> None:
    found = built_in()[name].checked(value)
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("formality", 1.1, "'1.1' is not allowed: 0 to 1"),
        ("formality", "nan", "0 to 1"),
        ("formality", "inf", "0 to 1"),
        ("formality", 10**400, "0 to 1"),
        ("formality", "very", "'very' is not allowed"),
        ("formality", True, "'True' is not allowed"),
        ("formality", None, "'None' is not allowed"),
        ("focus", 2.5, "a whole number allowed: 1 to 5"),
        ("focus", 0, "1 to 5"),
        ("smoothness", "G", "A to F"),
        ("decision_style", "rationel", "did you mean rational"),
        ("identity", " ", "a text"),
        ("identity", "x" * 301, "300 characters"),
        ("formality", "1\n2", "'1 2'"),
    ],
)
def test_a_value_out_of_range_is_told_in_one_line(name: str, value: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        built_in()[name].checked(value)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.sampled_from(ORDERED), st.floats(0, 1))
def test_the_way_from_share_to_value_and_back_is_short(name: str, share: float) -> None:
    control = built_in()[name]
    value = control.at(share)
    assert control.checked(value) == value
    step = {"number": 0.001, "integer": 0.5, "grade": 0.1}[control.kind]
    assert abs(control.share(value) - share) <= step + 1e-9


def test_a_manner_tells_definition_ends_and_number() -> None:
    manner = Manner({"formality": 0.8, "feedback": 0.5, "smoothness": "C"})
    told = manner.told("assistant")
    assert told.startswith("Formality: 0.8 (0 is casual talk")
    assert "official letter" in told
    assert built_in()["formality"].wordings["en"].definition in told
    assert "Feedback" not in told
    assert manner.told("user").count("\n") == 2
    assert manner.told("user", ("feedback",)).startswith("Feedback: 0.5")
    assert manner.value("smoothness", "A") == "C"
    assert manner.value("focus", 3) == 3


def test_a_manner_speaks_chinese() -> None:
    told = Manner({"formality": 0.8, "decision_style": "rational"}, "zh").told("user")
    assert told.startswith("正式程度：0.8（0为")
    assert "决策风格：先比较数字和理由再决定。" in told


def test_an_empty_manner_asks_for_nothing() -> None:
    manner = Manner()
    assert not manner
    assert manner.told("user") == ""
    assert manner.checks("user") == ()
    assert manner.distance("user", "Hi.") == 0.0


def test_checks_of_a_manner_find_lines_that_are_far_from_it() -> None:
    casual, formal = "Hey, I've got loads of stuff!", "I would kindly request your approval."
    (check,) = Manner({"formality": 1.0, "turns": 3}).checks("user")
    fault = check(casual)
    assert fault is not None
    assert not fault.fatal
    assert "formality" in fault.what
    assert check(formal) is None
    assert Manner({"formality": 0.9}).distance("user", casual) > 0.5


def test_vectors_are_linear_in_the_ranges() -> None:
    theta, phi = coordinates(built_in(), "theta"), coordinates(built_in(), "phi")
    assert [control.name for control in theta] == [
        *("turns", "knowledge_gap", "smoothness", "focus", "disclosure", "feedback")
    ]
    assert [control.name for control in phi] == [
        *("technical_language", "formality", "verbosity", "specificity", "lexical_variety")
    ]
    assert vector({"formality": 0.75, "verbosity": 0.0}, phi) == (0.0, 0.5, -1.0, 0.0, 0.0)
    assert from_vector((-1, 0, 1, 0, 9, -9), theta) == {
        "turns": 1,
        "knowledge_gap": 3,
        "smoothness": "F",
        "focus": 3,
        "disclosure": 3,
        "feedback": 0.0,
    }


@given(st.lists(st.floats(-1, 1), min_size=5, max_size=5))
def test_a_vector_comes_back(numbers: list[float]) -> None:
    phi = coordinates(built_in(), "phi")
    assert vector(from_vector(numbers, phi), phi) == pytest.approx(numbers, abs=2e-4)


def test_a_control_can_be_given_as_an_argument() -> None:
    warmth = replace(built_in()["formality"], name="warmth")
    assert list(all_controls([warmth]))[-1] == "warmth"
    assert "warmth" not in all_controls()
    own = replace(built_in()["formality"], high=2.0)
    assert all_controls([own])["formality"].high == 2.0


def plugin(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    point = EntryPoint("warmth", f"trialogue_controls_under_test:{value}", declared.GROUP)
    monkeypatch.setattr(declared, "plugins", lambda group: {"warmth": point})
    declared._installed.cache_clear()


class Module:
    """What the plugin's module holds."""

    warmth: Control = replace(built_in()["formality"], name="warmth")
    taken: Control = built_in()["formality"]
    nothing = 3

    @staticmethod
    def made() -> Control:
        return Module.warmth


@pytest.fixture
def _module(monkeypatch: pytest.MonkeyPatch) -> Any:
    import sys

    monkeypatch.setitem(sys.modules, "trialogue_controls_under_test", Module)
    yield
    declared._installed.cache_clear()


@pytest.mark.usefixtures("_module")
@pytest.mark.parametrize("value", ["warmth", "made"])
def test_plugins_add_controls(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    plugin(monkeypatch, value)
    assert all_controls()["warmth"] is Module.warmth


@pytest.mark.usefixtures("_module")
@pytest.mark.parametrize(
    ("value", "message"),
    [("taken", "exists already"), ("nothing", "no Control"), ("missing", "cannot be loaded")],
)
def test_a_bad_plugin_stops_only_those_who_name_it(
    monkeypatch: pytest.MonkeyPatch, value: str, message: str
) -> None:
    plugin(monkeypatch, value)
    assert list(all_controls()) == list(built_in())
    assert message in broken_controls()["warmth"]
    with pytest.raises(UsageError, match=message) as caught:
        parse_controls(["warmth=0.5"])
    assert "'warmth'" in str(caught.value)
