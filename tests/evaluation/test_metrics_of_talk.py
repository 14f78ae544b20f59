"""Attitude, wording and closeness worked out by hand."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from said import said

from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.metrics import chosen_metrics
from trialogue.evaluation.metrics.attitude import phrases


class Placed:
    """Puts phrases of a kind on an axis of their own, and texts where the test wants them."""

    name = "placed"
    dimension = 5

    def __init__(self, texts: Mapping[str, Sequence[float]], language: str = "en") -> None:
        self._rows: dict[str, Sequence[float]] = dict(texts)
        for axis, kind in enumerate(("trouble", "rapport", "stock", "small_talk")):
            for phrase in phrases(language, kind):
                self._rows[phrase] = np.eye(self.dimension)[axis].tolist()

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.array([self._rows[text] for text in texts], np.float32)
        unit: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


def values(name: str, *lines: str, embedder: Placed | None = None) -> Floats:
    [metric] = chosen_metrics([name])
    return metric.compute(Corpus([said(*lines)], embedder=embedder))


def test_attitude_is_closeness_to_phrases() -> None:
    placed = Placed({"grumble": (3, 4, 0, 0, 0), "fine": (0, 0, 1, 0, 0), "hello": (0, 0, 0, 4, 3)})
    lines = ("grumble", "fine", "hello")
    assert values("trouble", *lines, embedder=placed) == pytest.approx([0.6, 0, 0])
    assert values("rapport", *lines, embedder=placed) == pytest.approx([0.8 - 0.6, 0, 0])
    assert values("stock_reply", *lines, embedder=placed) == pytest.approx([0, 1, 0])
    assert values("small_talk", *lines, embedder=placed) == pytest.approx([0, 0, 0.8])


def test_a_chinese_dialogue_is_close_to_chinese_phrases() -> None:
    placed = Placed({"你在说什么": (1, 0, 0, 0, 0), "酒店": (0, 0, 0, 0, 1)}, language="zh")
    assert values("trouble", "你在说什么", "酒店", embedder=placed) == pytest.approx([1, 0])


def test_nothing_said_has_no_attitude() -> None:
    placed = Placed({"grumble": (1, 0, 0, 0, 0), "...": (1, 0, 0, 0, 0)})
    found = values("trouble", "grumble", "...", embedder=placed)
    assert found[0] == pytest.approx(1)
    assert np.isnan(found[1])


def test_both_languages_have_the_same_phrases() -> None:
    for kind in ("trouble", "rapport", "stock", "small_talk"):
        assert len(phrases("en", kind)) == len(phrases("zh", kind)) > 5
        assert len(set(phrases("zh", kind))) == len(phrases("zh", kind))


def test_sentiment_by_vader() -> None:
    found = values(
        "sentiment", "I love this wonderful hotel!", "This is a terrible mess.", "", "Ok"
    )
    # the words' valences in VADER's lexicon: love 3.2, wonderful 2.7; terrible -2.1, mess -1.5
    assert found[0] > 0.8
    assert found[1] < -0.6
    assert np.isnan(found[2])
    assert np.isnan(values("sentiment", "我很喜欢这个酒店", "太好了")).all()


def test_persons_and_negation() -> None:
    lines = ("I don’t know", "Do you?", "It is paid", "Nothing, no")
    assert values("first_person_share", *lines).tolist() == [1, 0, 0, 0]
    assert values("second_person_share", *lines).tolist() == [0, 1, 0, 0]
    assert values("negation_share", *lines).tolist() == [1, 0, 0, 1]
    chinese = ("我不知道", "你呢？", "已经报销", "别的酒店")
    assert values("first_person_share", *chinese).tolist() == [1, 0, 0, 0]
    assert values("second_person_share", *chinese).tolist() == [0, 1, 0, 0]
    assert values("negation_share", *chinese).tolist() == [1, 0, 0, 0]


def test_sentences_and_brevity() -> None:
    lines = ("Yes. It is! Is it?", "One two three", "One two three four", "")
    assert values("sentences", *lines).tolist() == [3, 1, 1, 0]
    assert values("brief_share", *lines).tolist() == [0, 1, 0, 1]


def test_closeness_to_the_context() -> None:
    axes = np.eye(5)
    placed = Placed({name: axes[i] for i, name in enumerate("abcde")} | {"ab": (1, 1, 0, 0, 0)})
    # the mean of a, b is the direction of ab; that of a, b, ab, ab has no part of e
    found = values("context_coherence", "a", "b", "ab", "ab", "e", "a", embedder=placed)
    assert np.isnan(found[0])
    assert found[1:5] == pytest.approx([0, 1, 1, 0])
    # b + 2 ab + e, where ab is (1, 1) / root 2: only four turns back
    context = np.array([np.sqrt(2), 1 + np.sqrt(2), 0, 0, 1])
    assert found[5] == pytest.approx(context[0] / np.linalg.norm(context))


def test_closeness_to_ones_own_words() -> None:
    placed = Placed({"a": (1, 0, 0, 0, 0), "b": (0, 1, 0, 0, 0), "c": (3, 4, 0, 0, 0)})
    lines = ("a", "b", "c", "b", "a", "c")
    coherence = values("self_coherence", *lines, embedder=placed)
    assert np.isnan(coherence[:2]).all()
    assert coherence[2:] == pytest.approx([0.6, 1, 0.6, 0.8])
    repeated = values("self_repetition", *lines, embedder=placed)
    assert np.isnan(repeated[:2]).all()
    # the user's third turn is the first one again; the assistant's is only near (0.8)
    assert repeated[2:].tolist() == [0, 1, 1, 0]
