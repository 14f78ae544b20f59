"""Dialogues spoilt on purpose."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_dialogues import answer, call, dialogue

from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.corruptions import CORRUPTIONS, corrupted
from trialogue.evaluation.metrics import all_metrics
from trialogue.records import Dialogue, Subtask

COUNTS = st.integers(0, 12)


def _made(count: int, mark: str = "a", **given: object) -> Dialogue:
    return dialogue(*(f"{mark}{place}" for place in range(count)), id=mark, **given)


def _texts(spoilt: Dialogue) -> list[str]:
    return [turn.text for turn in spoilt.turns]


def _spoilt(name: str, made: Dialogue, seed: int, *others: Dialogue) -> Dialogue:
    return CORRUPTIONS[name](made, np.random.default_rng(seed), others)


@given(COUNTS, st.integers(0, 1000))
def test_shuffled_turns_are_the_same_in_another_order(count: int, seed: int) -> None:
    made = _made(count)
    spoilt = _spoilt("shuffled", made, seed)
    assert sorted(_texts(spoilt)) == sorted(_texts(made))
    assert (spoilt == made) == (count < 2)
    said = {turn.text: turn.speaker for turn in made.turns}
    assert all(said[turn.text] == turn.speaker for turn in spoilt.turns)


@given(COUNTS, st.integers(0, 1000))
def test_a_stretch_is_said_again(count: int, seed: int) -> None:
    made = _made(count)
    texts = _texts(_spoilt("repeated", made, seed))
    again = len(texts) - count
    assert again == min(count, max(2, count // 3))
    places = [at for at in range(again, len(texts)) if texts[at] == texts[at - again]]
    assert len(places) == again
    assert list(dict.fromkeys(texts)) == _texts(made)


@given(COUNTS, st.integers(0, 1000))
def test_what_is_cut_is_a_beginning_of_at_most_half(count: int, seed: int) -> None:
    made = _made(count)
    texts = _texts(_spoilt("cut", made, seed))
    assert texts == _texts(made)[: len(texts)]
    assert count < 2 or 1 <= len(texts) <= count / 2


def test_speakers_change_places() -> None:
    made = dialogue("hello", answer("hi", call("find", "found")), "bye")
    spoilt = _spoilt("swapped", made, 0)
    assert [turn.speaker for turn in spoilt.turns] == ["assistant", "user", "assistant"]
    assert _texts(spoilt) == _texts(made)
    assert _spoilt("swapped", spoilt, 0) == made


def test_replies_come_from_other_dialogues() -> None:
    made, other = _made(6), _made(4, "b")
    spoilt = _spoilt("foreign", made, 0, made, other, _made(0, "c"))
    assert [turn.speaker for turn in spoilt.turns] == [turn.speaker for turn in made.turns]
    assert _texts(spoilt)[::2] == _texts(made)[::2]
    assert set(_texts(spoilt)[1::2]) <= {"b1", "b3"}
    assert _spoilt("foreign", made, 0, made) == made


def test_the_goal_points_to_where_its_turns_went() -> None:
    goal = (
        Subtask(id=1, text="one", state="done", given=0, done=1),
        Subtask(id=2, text="two", state="done", given=2, done=3),
        Subtask(id=3, text="three", state="open"),
    )
    made = _made(4, goal=goal)
    for name in CORRUPTIONS:
        spoilt = _spoilt(name, made, 1, _made(4, "b"))
        for before, after in zip(goal, spoilt.goal, strict=True):
            if after.given is not None and name != "foreign":
                assert spoilt.turns[after.given].text == f"a{before.given}"
    short = _spoilt("cut", made, 1).goal
    assert (short[1].state, short[1].given, short[1].done) == ("open", None, None)


def test_all_are_made_in_pairs_and_the_same_again() -> None:
    made = [_made(6), _made(8, "b"), _made(4, "c")]
    found = corrupted(made, seed=3)
    assert list(found) == list(CORRUPTIONS)
    assert all([one.id for one in spoilt] == ["a", "b", "c"] for spoilt in found.values())
    assert found == corrupted(made, seed=3)
    assert found["shuffled"] != corrupted(made, seed=4)["shuffled"]


@pytest.mark.parametrize("name", list(CORRUPTIONS))
def test_every_metric_that_needs_nothing_can_measure_them(name: str) -> None:
    made = [_made(count, "abcdefg"[count]) for count in range(7)]
    corpus = Corpus(corrupted(made)[name])
    sizes = {"turn": len(corpus.texts), "dialogue": len(corpus.dialogues), "corpus": 1}
    for metric in all_metrics().values():
        if not metric.needs:
            assert metric.compute(corpus).shape == (sizes[metric.level],)
