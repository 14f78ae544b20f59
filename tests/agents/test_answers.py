import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from trialogue.agents.answers import complaint, read, repair, spoken
from trialogue.tools.plain_text import usable


class Turn(BaseModel):
    text: str
    done: bool
    points: list[int] = []


GOOD = Turn(text="a", done=True)


@pytest.mark.parametrize(
    "text",
    [
        '{"text": "a", "done": true}',
        'Sure! Here it is:\n```json\n{"text": "a", "done": true}\n```\nAnything else?',
        '{"text": "a", "done": true,}',
        "{'text': 'a', 'done': True}",
        '{text: "a", done: true}',
        '[{"text": "a", "done": true}]',
        '"{\\"text\\": \\"a\\", \\"done\\": true}"',
        'The set {1, 2} is no answer. {"text": "a", "done": true}',
        '{"nothing": 1} {"text": "a", "done": true}',
        '{"text": "a", "done": true',
    ],
)
def test_untidy_answers_are_read(text: str) -> None:
    assert read(text, Turn) == GOOD


def test_quotes_and_line_breaks_inside_a_text_are_read() -> None:
    assert read('{"text": "he said "no" twice", "done": true}', Turn).text == 'he said "no" twice'
    assert read('{"text": "one\ntwo", "done": true}', Turn).text == "one\ntwo"


@pytest.mark.parametrize("text", ["", "I can't.", "42", "null", "[]", '{"text": "a"}', "{" * 9999])
def test_what_holds_no_answer_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"JSON object|done|text"):
        read(text, Turn)


@given(st.text())
def test_nothing_else_is_ever_raised(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(read(text, Turn), Turn)


def test_a_cut_answer_is_not_completed_by_guessing() -> None:
    cut = '{"done": true, "text": "The hotel costs 4'
    assert read(cut, Turn).text == "The hotel costs 4"
    with pytest.raises(ValueError, match="no JSON object"):
        read(cut, Turn, complete=False)
    whole = '{"text": "a", "done": true} and then it went on and'
    assert read(whole, Turn, complete=False) == GOOD


def test_a_complaint_names_each_fault_and_where_it_is() -> None:
    class Rated(BaseModel):
        score: int = Field(ge=1, le=5)
        why: str

    with pytest.raises(ValueError, match="score") as caught:
        read('{"score": 9}', Rated)
    said = complaint(caught.value)
    assert said == "score: Input should be less than or equal to 5; why: Field required"


def test_a_repair_quotes_the_answer_and_the_fault() -> None:
    first = (("user", "Rate it."),)
    messages = repair(first, "x" * 10_000, "no JSON", Turn)
    assert messages[0] == first[0]
    assert messages[1] == ("assistant", "x" * 4000)
    assert "no JSON" in messages[2][1]
    assert '"done"' in messages[2][1]


@given(st.text(st.characters()))
def test_usable_text_can_be_encoded(text: str) -> None:
    assert "\0" not in usable(text).encode().decode()


def test_only_what_is_said_is_left() -> None:
    assert spoken("<think>\nhm\n</think>\n\nHello\n") == "Hello"
    assert spoken("<think>never ends") == ""
    assert spoken("I like <think> tags") == "I like <think> tags"
    assert spoken("a\0b\ud800c\n") == "abc"
