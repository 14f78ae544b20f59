"""Measures of controls rise with what a person would call more of the property."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.agents.controls import built_in
from trialogue.records import (
    Dialogue,
    Language,
    Persona,
    ScenarioRef,
    Subtask,
    Turn,
    UserProfile,
)

# From the low to the high end; written for these tests.
RISING: dict[tuple[str, Language], list[str]] = {
    ("formality", "en"): [
        "Hey guys, I'm gonna grab a taxi for 30 EUR, that's okay, right?",
        "I want to take a taxi for 30 EUR. Is that all right?",
        "I would like to request permission to use a taxi for 30 EUR. Would this be permitted?",
    ],
    ("formality", "zh"): [
        "嘿，我想打个车，30元，行吧？咋报呀？",
        "我想坐出租车，车费30元，能报销吗？",
        "您好，本人拟乘坐出租车前往，费用30元，请问是否可予以报销？",
    ],
    ("technical_language", "en"): [
        "You get the money back if you show us the bit of paper from the shop.",
        "We pay you back the expense if you send in the receipt from the shop.",
        "Reimbursement of eligible expenditure requires an itemised invoice and prior approval.",
    ],
    ("technical_language", "zh"): [
        "把店里给的那张纸拿来，钱就还你。",
        "把买东西的发票交上来，钱就报销。",
        "费用报销须提交发票凭证，超出限额部分按审批标准核算。",
    ],
    ("verbosity", "en"): [
        "Two nights, 480 CNY.",
        "I stayed for two nights at 480 CNY, and I have the bill here with me now.",
        "I stayed at a hotel near the river for two nights at 480 CNY, and I have the bill here "
        "with me, so that I can show it to anyone who needs to see it before the money is paid.",
    ],
    ("verbosity", "zh"): [
        "两晚，480元，能报吗？想问问这个事怎么办。",
        "我在河边的酒店住了两晚，一晚480元，发票都在手上，想问问这笔钱能不能报销。",
        "我这次出差一共在河边的那家酒店住了两个晚上，房价是480元一晚，当时前台开的发票我也一直好好地"
        "留在手上，随时可以拿出来给需要看的人看，所以想问问这笔钱公司到底能不能报销。",
    ],
    ("lexical_variety", "en"): [
        "The hotel was the hotel I had booked, and the hotel was a good hotel, and the room of "
        "the hotel was a good room.",
        "The hotel was the one I had booked, and it was good, and the room of the hotel was also "
        "good.",
        "Everything about my booked hotel near Hangzhou station pleased us, especially breakfast "
        "and that quiet room upstairs.",
    ],
    ("lexical_variety", "zh"): [
        "酒店是我订的酒店，酒店很好，酒店的房间很好，房间的床很好。",
        "酒店是我自己订的，这家酒店很好，房间也不错，床也很好。",
        "我预订的旅馆位于江边，环境安静，早餐丰盛，服务员热情周到。",
    ],
}


@pytest.mark.parametrize(("name", "language"), RISING)
def test_line_measures_rise(name: str, language: Language) -> None:
    line = built_in()[name].line
    assert line is not None
    values = [line(text, language) or 0.0 for text in RISING[name, language]]
    assert values == sorted(values)
    assert values[-1] - values[0] > 0.4
    assert all(b > a for a, b in pairwise(values))


@pytest.mark.parametrize(("name", "language"), RISING)
def test_shown_examples_rise_with_their_level(name: str, language: Language) -> None:
    control = built_in()[name]
    assert control.line is not None
    shown = control.wordings[language].examples
    assert {example.level for example in shown} == {0.0, 0.5, 1.0}
    for a, b in pairwise(shown):
        if a.line == b.line:
            low, high = control.line(a.said, language), control.line(b.said, language)
            assert (low or 0) < (high or 0), b.said


@given(st.text(), st.sampled_from(list(RISING)))
def test_line_measures_stay_in_range_for_any_text(text: str, which: tuple[str, Language]) -> None:
    line = built_in()[which[0]].line
    assert line is not None
    value = line(text, which[1])
    assert value is None or 0 <= value <= 1


def dialogue(*texts: str, language: str = "en", **given: Any) -> Dialogue:
    """Texts are turns, the user's first; `given` are fields of Dialogue."""
    usual: dict[str, Any] = {
        "id": "d",
        "scenario": ScenarioRef(id="s", name="s", language=language),
        "user": UserProfile(id="u", identity="Ana, 40, nurse", intent="to know", problems=()),
        "turns": tuple(
            Turn(speaker="user" if i % 2 == 0 else "assistant", text=text)
            for i, text in enumerate(texts)
        ),
        "stop_reason": "goal_reached",
    }
    return Dialogue(**(usual | given))


def goal(*given: int | None) -> tuple[Subtask, ...]:
    """Subtasks in order, given in these turns."""
    return tuple(Subtask(id=n, text="x", given=turn) for n, turn in enumerate(given, start=1))


def measured(name: str, made: Dialogue) -> float | None:
    return built_in()[name].measure(made)


SIX = ("a.", "b.", "c.", "d.", "e.", "f.")


def test_turns_are_rounds() -> None:
    assert measured("turns", dialogue(*SIX)) == 3
    assert measured("turns", dialogue()) == 0


def test_disclosure_is_new_matters_a_turn() -> None:
    assert measured("disclosure", dialogue(*SIX, goal=goal(0, 2, 4))) == 1
    assert measured("disclosure", dialogue(*SIX, goal=goal(0, 0, 2, None))) == 1.5
    assert measured("disclosure", dialogue(*SIX)) is None


def points(*order: int) -> tuple[Subtask, ...]:
    """Questions in the order in which they are raised, each by its matter."""
    return tuple(
        Subtask(id=n, text="x", source=str(matter), given=2 * (n - 1))
        for n, matter in enumerate(order, start=1)
    )


def test_focus_is_questions_and_further_turns_for_each_matter() -> None:
    assert measured("focus", dialogue(*SIX, goal=goal(0, 2, 4))) == 1
    assert measured("focus", dialogue(*SIX, goal=goal(0))) == 3
    assert measured("focus", dialogue(*SIX, goal=points(1, 1, 2))) == 1.5
    assert measured("focus", dialogue(*SIX)) is None


@pytest.mark.parametrize(
    ("order", "jumps"),
    [
        ((1, 1, 2, 2, 3), 0.0),
        ((2, 2, 1, 1, 3), 0.0),
        ((1, 2, 1, 2, 3), 0.5),
        ((1, 3, 2), 0.5),
        ((1, 2, 3, 1, 2, 3), 0.6),
    ],
)
def test_smoothness_is_leaving_a_matter_or_its_order(order: tuple[int, ...], jumps: float) -> None:
    assert measured("smoothness", dialogue(goal=points(*order))) == pytest.approx(jumps)


def test_smoothness_of_one_matter_is_unknown() -> None:
    assert measured("smoothness", dialogue(*SIX, goal=goal(0))) is None
    assert measured("smoothness", dialogue(*SIX)) is None


def test_knowledge_gap_is_questions_for_meaning() -> None:
    expert = dialogue("I paid 20 CNY. Is it paid back?", "Yes.", "And the 30 CNY?", "No.")
    novice = dialogue("I paid 20 CNY. What is a ceiling?", "A limit.", "What does that mean?", "x.")
    assert measured("knowledge_gap", expert) == 0
    assert measured("knowledge_gap", novice) == 1
    unsure = dialogue("I paid 20 CNY.", "Paid.", "So I get 20 CNY back, is that right?", "Yes.")
    assert measured("knowledge_gap", unsure) == 0.5
    zh = dialogue("超标是什么意思？", "超过上限。", "能报多少？", "20元。", language="zh")
    assert measured("knowledge_gap", zh) == 0.5
    assert measured("knowledge_gap", dialogue()) is None


@pytest.mark.parametrize(
    ("text", "language", "reacts"),
    [
        ("That's great, thanks. On 3 May I paid 20 CNY. Is it covered?", "en", True),
        ("Good to know, and on 3 May I paid 20 CNY more for the taxi.", "en", True),
        ("I had hoped for that. On 3 May I paid 20 CNY.", "en", True),
        ("On 3 May I paid 20 CNY. Is it covered?", "en", False),
        ("Is the taxi covered? I paid 20 CNY.", "en", False),
        ("明白了，谢谢。4月3日我打车花了20元。能报吗？", "zh", True),
        ("4月3日我打车花了20元。能报吗？", "zh", False),
    ],
)
def test_feedback_is_turns_that_begin_with_a_reaction(
    text: str, language: str, reacts: bool
) -> None:
    made = dialogue("Hello.", "It is paid.", text, "Yes.", language=language)
    assert measured("feedback", made) == float(reacts)
    assert measured("feedback", dialogue("Hello.", "Yes.", language=language)) is None


def test_specificity_is_turns_with_figures() -> None:
    assert measured("specificity", dialogue("20 CNY.", "It is paid.", "3 nights.", "450.")) == 0.75
    assert measured("specificity", dialogue()) is None


def test_properties_of_lines_are_means_over_turns() -> None:
    low, _, high = RISING["formality", "en"]
    made = [dialogue(low, low), dialogue(low, high), dialogue(high, high)]
    found = [measured("formality", d) or 0 for d in made]
    assert found[0] < found[1] < found[2]
    assert found[1] == pytest.approx((found[0] + found[2]) / 2)
    assert measured("formality", dialogue()) is None


def test_industry_is_the_share_of_its_words() -> None:
    said = ("I need a hotel and a flight.", "The hotel room is paid. The loan is not.")
    asked: dict[str, Any] = {"controls": {"industry_context": "travel"}}
    assert measured("industry_context", dialogue(*said, **asked)) == pytest.approx(4 / 5)
    assert measured("industry_context", dialogue(*said)) is None
    zh = dialogue("酒店和机票", "贷款", language="zh", **asked)
    assert measured("industry_context", zh) == pytest.approx(2 / 3)


def test_decision_style_is_asked_for_or_of_the_persona() -> None:
    said = ("Do you think I should? What would you do?", "Yes.", "Go ahead, I trust you.", "Yes.")
    asked = dialogue(*said, controls={"decision_style": "dependent"})
    assert measured("decision_style", asked) == 0.5
    user = asked.user.model_copy(update={"persona": Persona(decision_style="spontaneous")})
    assert measured("decision_style", dialogue(*said, user=user)) == 0.25
    assert measured("decision_style", dialogue(*said)) is None


def test_identity_is_found_in_the_profile_or_the_lines() -> None:
    asked: dict[str, Any] = {"controls": {"identity": "a nurse from Lyon"}}
    assert measured("identity", dialogue("Hello.", "Yes.", **asked)) == pytest.approx(1 / 3)
    assert measured("identity", dialogue("I come from Lyon.", "Yes.", **asked)) == 1
    assert measured("identity", dialogue("Hello.", "Yes.")) is None
