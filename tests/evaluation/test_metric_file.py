"""Metric files: the same values again on other dialogues, and files that are no use."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from said import said
from word_embedder import WordEmbedder

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.metric_file import (
    LeafStandard,
    MetricFile,
    read_metric_file,
    write_metric_file,
)
from trialogue.evaluation.metrics import check_metric

TALK = said("one two three four", "five six", "seven eight nine", "ten?")


def made(formula: str, embedder: str | None = None, **leaves: tuple[float, float]) -> MetricFile:
    standards = {
        name.replace("_at_", "@"): LeafStandard(centre=centre, scale=scale)
        for name, (centre, scale) in leaves.items()
    }
    return MetricFile(formula=formula, leaves=standards, embedder=embedder)


def test_values_by_hand() -> None:
    metric = made(
        "turn_length - 2*turn_length@last + 0.5*turn_length@user + tanh(question_share@assistant)",
        turn_length=(2, 0.5),
        turn_length_at_last=(0, 2),
        turn_length_at_user=(3, 1),
        question_share_at_assistant=(0, 1),
    )
    # lengths 4 2 | 3 1: mean 2.5, last 1, user 3.5; one of two answers asks
    expected = 1 - 2 * 0.5 + 0.5 * 0.5 + np.tanh(0.5)
    found = metric.values(Corpus([TALK, said()]))
    assert found[0] == pytest.approx(expected)
    assert np.isnan(found[1])


def test_what_is_missing_counts_as_the_centre_and_what_is_far_off_as_near() -> None:
    metric = made("sentiment + turn_length", sentiment=(0.3, 0.1), turn_length=(0, 0.001))
    assert metric.values(Corpus([said("酒店报销吗", "报销")])).tolist() == [5]


def test_a_file_gives_the_same_metric_again(tmp_path: Path) -> None:
    metric = made(
        "distinct_2 - 0.3*turn_length@last", distinct_2=(0.1, 0.7), turn_length_at_last=(3, 2)
    )
    file = write_metric_file(metric, tmp_path / "m.json")
    again = read_metric_file(file)
    assert again == metric
    corpus = Corpus([TALK, said("a b", "a b a b c d")])
    assert again.values(corpus).tolist() == metric.values(corpus).tolist()
    listed = again.as_metric()
    check_metric(listed)
    assert (listed.name, listed.level) == ("metric", "dialogue")
    assert "distinct_2 - 0.3*turn_length@last" in listed.definition


def test_the_files_tokeniser_and_embedder_count(tmp_path: Path) -> None:
    metric = made("embedding_coherence", embedder="hash", embedding_coherence=(0, 1))
    alone = metric.values(Corpus([TALK]))
    words = WordEmbedder()
    assert metric.values(Corpus([TALK], embedder=words)).tolist() == alone.tolist()
    assert not words.embedded
    chinese = said("我们住酒店", "好")
    by_words = made("turn_length", turn_length=(0, 1)).model_copy(update={"tokenizer": "zh_word"})
    assert by_words.values(Corpus([chinese])).tolist() == [2.0]


GOOD: dict[str, Any] = {"formula": "mtld", "leaves": {"mtld": {"centre": 1.0, "scale": 2.0}}}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("", "is not a metric file: Invalid JSON"),
        ({"formula": None}, "is not a metric file: formula"),
        ({"formula": "mtld +"}, "cannot be computed here"),
        ({"formula": "mtld + turns"}, "'turns' is not among the leaves"),
        ({"leaves": {}}, "is not a metric file: leaves"),
        ({"leaves": {"mtld": {"centre": 1.0, "scale": 0.0}}}, "is not a metric file: leaves.mtld"),
        ({"leaves": GOOD["leaves"] | {"nowhere": {"centre": 0, "scale": 1}}}, "'nowhere'"),
        ({"leaves": GOOD["leaves"] | {"turns@never": {"centre": 0, "scale": 1}}}, "'@never'"),
        ({"leaves": GOOD["leaves"] | {"mtld@last": {"centre": 0, "scale": 1}}}, "no value by dial"),
        ({"leaves": GOOD["leaves"] | {"trouble": {"centre": 0, "scale": 1}}}, "names none"),
        ({"tokenizer": "syllables"}, "no tokeniser is called 'syllables'"),
        ({"unknown": 1}, "is not a metric file: unknown"),
        ({"schema_version": 9}, "is not a metric file: schema_version"),
    ],
)
def test_files_that_are_no_use_are_told_in_a_line(tmp_path: Path, change: Any, told: str) -> None:
    file = tmp_path / "m.json"
    file.write_text(json.dumps(GOOD | change) if change else "{torn", encoding="utf-8")
    with pytest.raises(UsageError, match=r"m\.json") as error:
        read_metric_file(file)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_metric_file(tmp_path / "none.json")
    with pytest.raises(UsageError, match="cannot be written"):
        write_metric_file(MetricFile.model_validate(GOOD), tmp_path / "no" / "m.json")
