"""Metrics worked out by hand, and where they are not defined."""

import numpy as np
import pytest
from said import said

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.metrics import (
    all_metrics,
    as_dialogue_values,
    chosen_metrics,
    coherence,
    diversity,
    form,
    grounding,
)
from trialogue.memory.hash_embedder import HashEmbedder
from trialogue.records import Dialogue, Subtask


def value(name: str, dialogue: Dialogue) -> float:
    [metric] = chosen_metrics([name])
    [found] = as_dialogue_values(metric, Corpus([dialogue], embedder=HashEmbedder()))
    return float(found)


def test_distinct_by_hand() -> None:
    dialogue = said("a b a b", "b a")
    # unigrams a b a b b a: 2 of 6; bigrams ab ba ab | ba: 2 of 4; the turn boundary makes none
    assert value("distinct_1", dialogue) == pytest.approx(2 / 6)
    assert value("distinct_2", dialogue) == pytest.approx(2 / 4)
    # per response: ab ba ab -> 2 of 3; ba -> 1 of 1
    assert value("distinct_2_response", dialogue) == pytest.approx((2 / 3 + 1) / 2)


def test_chinese_counts_characters() -> None:
    assert value("distinct_1", said("酒店酒店", "好的", language="zh")) == pytest.approx(4 / 6)
    words = Corpus([said("我们住酒店")], tokenizer="zh_word")
    assert words.vocabulary == ["我们", "住", "酒店"]


def test_repetition_by_hand() -> None:
    dialogue = said("one two three four", "one two three five", "six seven")
    values = coherence.repetition(Corpus([dialogue]))
    assert np.isnan(values[0])
    assert values[1] == pytest.approx(1 / 2)
    assert np.isnan(values[2])


def test_entities_that_come_back() -> None:
    dialogue = said(
        "On 3 May I stayed in Chengdu for 480 yuan.", "In Chengdu 450 are paid, not 480."
    )
    # 3, May, Chengdu, 480 | Chengdu, 450, 480: two of seven stood before
    assert value("entity_revisit_rate", dialogue) == pytest.approx(2 / 7)


def test_goal_coverage_counts_settled_subtasks() -> None:
    done = Subtask(id=1, text="a", state="done")
    dialogue = said("a", "b").model_copy(update={"goal": (done, Subtask(id=2, text="b"))})
    assert value("goal_coverage", dialogue) == 0.5


def test_user_share_and_lengths() -> None:
    dialogue = said("one two three", "four")
    assert value("user_share", dialogue) == 0.75
    assert value("turn_length", dialogue) == 2.0
    assert value("turn_length_spread", dialogue) == 1.0


def test_answers_are_compared_with_questions_only() -> None:
    corpus = Corpus([said("Is it paid?", "It is paid.", "Fine.", "Good.")], embedder=HashEmbedder())
    values = coherence.answer_relevance(corpus)
    assert np.isnan(values[[0, 2, 3]]).all()
    assert values[1] > 0


def test_drift_is_none_in_a_dialogue_that_says_the_same() -> None:
    same = said(*["we talk about the hotel"] * 6)
    moved = said(*["we talk about the hotel"] * 3, *["dinner guests ate noodles"] * 3)
    assert value("topic_drift", same) == pytest.approx(0, abs=1e-6)
    assert value("topic_drift", moved) > 0.3
    assert np.isnan(value("topic_drift", said("a", "b")))


def test_empty_and_one_turn_dialogues_are_missing_not_zero() -> None:
    empty = said()
    for name in ("distinct_1", "mtld", "self_bleu", "turn_length", "tfidf_coherence"):
        assert np.isnan(value(name, empty)), name
    assert np.isnan(value("tfidf_coherence", said("alone")))
    assert np.isnan(value("reading_ease", said("这是中文。", language="zh")))


def test_a_very_long_turn_is_measured() -> None:
    long = said("word " * 200_000, "yes")
    assert value("turn_length", long) == pytest.approx(100_000.5)
    assert value("compression_ratio", long) > 100


def test_there_are_at_least_twenty_metrics_with_definitions() -> None:
    found = all_metrics()
    assert len(found) >= 20
    assert all(metric.definition.endswith(".") for metric in found.values())


def test_an_unknown_metric_gets_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="distinct_1"):
        chosen_metrics(["distinkt_1"])


def test_modules_do_not_share_names() -> None:
    names = [m.name for module in (diversity, coherence, form, grounding) for m in module.METRICS]
    assert len(names) == len(set(names))
