"""Code that moves a line by other words for the same: natural, and never far from its content."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.agents.checks import Side
from trialogue.agents.controls import built_in
from trialogue.agents.controls.files import data
from trialogue.agents.controls.swaps import moved
from trialogue.records import Language

TABLES = data("control_swaps")


def last(
    line: str,
    name: str,
    value: float,
    side: Side = "user",
    language: Language = "en",
    said: Sequence[str] = (),
) -> str:
    """The line after all steps."""
    return [line, *moved(line, built_in()[name], value, side, language, Random(1), said)][-1]


@pytest.mark.parametrize(
    ("name", "value", "line", "words"),
    [
        ("formality", 1.0, "I've bought a desk for 20 USD.", "I have purchased a desk for 20 USD."),
        ("formality", 0.0, "I did not buy it, and I am sure.", "I didn't buy it, and I'm sure."),
        ("formality", 0.0, "How much of it is mine?", "how much of it is mine?"),
        ("formality", 0.0, "Do I have to pay?", "do I have to pay?"),
        ("technical_language", 1.0, "Here is a bill for the bike.", "Here is an invoice for the"),
        ("technical_language", 0.0, "I lost the receipt.", "I lost the slip."),
    ],
)
def test_words_are_exchanged(name: str, value: float, line: str, words: str) -> None:
    assert words in last(line, name, value)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Laundry is paid.", "Laundry is paid."),
        ("No, it is paid.", "No, it is paid."),
        ("Jinsha Food pays 20 CNY.", "Jinsha Food pays 20 CNY."),
    ],
)
def test_no_lead_in_where_a_capital_may_be_a_name(line: str, kept: str) -> None:
    assert last(line, "formality", 0.0, "assistant") == kept


def test_a_lead_in_comes_after_a_greeting() -> None:
    found = last("Hello. The taxi cost 52 USD. Is that paid?", "formality", 0.0)
    assert found.startswith("Hello. ")
    assert ", the taxi cost 52 USD. " in found.replace("so the", ", the")
    assert found.endswith(" Is that paid?")


def test_a_lead_in_comes_before_the_question() -> None:
    found = last("Hello. The taxi cost 52 USD. Is that paid?", "formality", 1.0)
    assert found.startswith("Hello. The taxi cost 52 USD. ")
    assert found.endswith(": is that paid?")


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("So, the taxi cost 52 USD. Is that paid?", "en"),
        ("One more thing: is the taxi paid?", "en"),
        ("Under the applicable provisions: is the taxi paid?", "en"),
        ("另外，这个能报吗？", "zh"),
        ("按现行标准核算，这个能报吗？", "zh"),
    ],
)
def test_a_line_that_is_led_in_gets_no_further_lead_in(line: str, language: Language) -> None:
    for name in ("formality", "technical_language"):
        for value in (0.0, 1.0):
            found = last(line, name, value, "user", language)
            assert found[:2] == line[:2]
            assert found.count(":") == line.count(":")
            assert found.count("，") == line.count("，")


def test_lead_ins_that_were_not_said_come_first() -> None:
    leads = TABLES["en"]["formality"]["high"]["user"]["question"]
    said = [f"{lead}is it paid?" for lead in leads[:-1]]
    assert last("Is it paid?", "formality", 1.0, said=said).startswith(leads[-1])
    said.append(f"{leads[-1]}is it paid?")
    assert last("Is it paid?", "formality", 1.0, said=said).startswith(tuple(leads))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_filler_is_said_twice_in_a_dialogue(language: Language) -> None:
    line = {"en": "The taxi to the airport cost 52 USD.", "zh": "去机场打车一共花了52元。"}[
        language
    ]
    fillers = TABLES[language]["verbosity"]["more"]["user"]["start"]
    said: list[str] = []
    for _ in fillers:
        said.append(last(line, "verbosity", 1.0, "user", language, said))
    assert all(sum(filler in one for one in said) == 1 for filler in fillers)
    assert last(line, "verbosity", 1.0, "user", language, said) == line


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("side", ["user", "assistant"])
def test_words_vary_as_much_as_is_asked_for(language: Language, side: Side) -> None:
    line = {
        "en": "Our hotel in Chengdu was 450 CNY per night, and dinner at the hotel 90 CNY.",
        "zh": "在成都住的酒店每晚450元，按规定能报到480元。",
    }[language]
    control = built_in()["lexical_variety"]
    assert control.line is not None
    asked = [last(line, control.name, value, side, language) for value in (0.0, 1.0)]
    low, high = (control.line(text, language) or 0.0 for text in asked)
    usual = control.line(line, language) or 0.0
    assert low < usual - 0.1
    assert high > usual + 0.02


def test_a_word_that_comes_again_is_said_in_other_words() -> None:
    line = "The bill of 9 EUR per night and the bill of 8 EUR per night."
    found = last(line, "lexical_variety", 1.0)
    assert "The bill of 9 EUR per night and the invoice of 8 EUR for " in found


def test_a_step_that_leads_away_is_left_out() -> None:
    short = "Is it paid?"
    assert last(short, "lexical_variety", 1.0) == short


def test_a_question_that_leads_in_itself_gets_no_lead_in() -> None:
    assert last("And is it paid?", "formality", 0.0) == "And is it paid?"
    assert last("But is it paid?", "formality", 1.0) == "But is it paid?"
    assert last("Then is it paid?", "formality", 1.0) == "Then is it paid?"


def test_a_question_alone_gets_one_sentence_more_at_most() -> None:
    assert last("Is the taxi to the airport paid?", "verbosity", 1.0).count(".") == 1


def test_a_title_ends_no_sentence() -> None:
    found = last("I saw Dr. Birch about a sore knee on 8 May.", "verbosity", 1.0)
    assert "I saw Dr. Birch about" in found


def test_chinese_is_moved_both_ways() -> None:
    line = "你花了52元打车，能报销吗？"
    formal = last(line, "formality", 1.0, "user", "zh")
    assert "您支付了52元乘坐出租车，可予报销吗？" in formal
    assert "你" in last(formal, "formality", 0.0, "user", "zh")


@pytest.mark.parametrize(
    "line", ["这里不需要提供发票。", "需要交通费吗？", "请按时提交。", "我用支付宝。"]
)
def test_chinese_words_are_not_cut_in_two(line: str) -> None:
    for value in (0.0, 1.0):
        said = last(line, "formality", value, "user", "zh")
        assert line.rstrip("。？") in said


def test_nothing_moves_without_a_table() -> None:
    assert last("The hotel is a hotel.", "specificity", 1.0) == "The hotel is a hotel."
    assert last("The hotel is a hotel.", "focus", 5) == "The hotel is a hotel."


@given(st.text(max_size=80), st.sampled_from(list(TABLES["en"])), st.sampled_from([0.0, 1.0]))
def test_any_text_can_be_moved_without_a_figure_more(text: str, name: str, value: float) -> None:
    for language in ("en", "zh"):
        for side in ("user", "assistant"):
            found = last(text, name, value, side, language)
            assert [c for c in found if c.isdigit()] == [c for c in text if c.isdigit()]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_tables_have_no_figures_and_know_their_places(language: str) -> None:
    def check(entry: Any) -> None:
        if isinstance(entry, dict):
            for key, value in entry.items():
                assert key in {
                    *TABLES["en"],
                    *("pairs", "rise", "fall", "low", "high", "more", "over"),
                    *("user", "assistant", "start", "question", "end"),
                    "vary",
                }
                check(list(value.items()) if key == "vary" else value)
        elif isinstance(entry, list | tuple):
            for part in entry:
                check(part)
        else:
            assert isinstance(entry, str)
            assert not any(character.isdigit() for character in entry)

    check(TABLES[language])
