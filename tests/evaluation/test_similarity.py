"""Pairwise cosine in blocks is what scikit-learn computes at once."""

import numpy as np
import pytest
from said import many
from sklearn.metrics.pairwise import cosine_similarity
from word_embedder import WordEmbedder

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.similarity import BINS, similarity


def pairs(dialogues: list[list[str]]) -> np.ndarray:
    rows = WordEmbedder().embed(["\n".join(lines) for lines in dialogues])
    near: np.ndarray = cosine_similarity(rows)[np.triu_indices(len(rows), 1)]
    return near


def corpus(dialogues: list[list[str]]) -> Corpus:
    return Corpus(many(dialogues), embedder=WordEmbedder())


def test_a_few_dialogues() -> None:
    dialogues = [["the hotel"], ["the train"], ["the hotel again"], ["noodles"]]
    found, expected = similarity(corpus(dialogues)), pairs(dialogues)
    assert found.pairs == 6
    assert found.maximum == pytest.approx(expected.max(), abs=1e-6)
    assert found.minimum == pytest.approx(expected.min(), abs=1e-6)
    assert found.mean == pytest.approx(expected.mean(), abs=1e-6)
    assert found.nearest == ("said-0", "said-2")
    assert sum(found.histogram) == 6
    assert len(found.histogram) == BINS


def test_more_dialogues_than_a_block_holds() -> None:
    random = np.random.default_rng(0)
    words = ["hotel", "train", "taxi", "meal", "visa", "phone", "bill"]
    dialogues = [[" ".join(random.choice(words, 5))] for _ in range(1100)]
    dialogues[3] = dialogues[1090] = ["one two three four five"]
    found, expected = similarity(corpus(dialogues)), pairs(dialogues)
    assert found.pairs == len(expected)
    assert found.mean == pytest.approx(expected.mean(), abs=1e-5)
    assert found.minimum == pytest.approx(expected.min(), abs=1e-5)
    assert sum(found.histogram) == len(expected)


def test_one_dialogue_has_no_pairs() -> None:
    found = similarity(corpus([["alone"]]))
    assert (found.pairs, found.mean, found.nearest) == (0, None, None)


def test_without_an_embedder_it_says_so() -> None:
    with pytest.raises(UsageError, match="--embedder"):
        similarity(Corpus(many([["a"], ["b"]])))
