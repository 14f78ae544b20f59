"""Metric values equal those of independent implementations from packages."""

import warnings
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said import many, said

from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.metrics import all_metrics, coherence, diversity, form, self_bleu
from trialogue.evaluation.tokens import words

SAID = "the hotel costs four hundred and eighty yuan a night which is too much for me"


def made(seed: int, dialogues: int = 12, longest: int = 30) -> list[list[str]]:
    random = Random(seed)
    return [
        [
            " ".join(random.choices(SAID.split(), k=random.randint(1, longest))) + "."
            for _ in range(random.randint(1, 8))
        ]
        for _ in range(dialogues)
    ]


def flat(lines: Sequence[str]) -> list[str]:
    return [token for line in lines for token in words(line)]


@pytest.mark.parametrize("n", [1, 2, 3])
def test_distinct_is_what_nltk_counts(n: int) -> None:
    from nltk.util import ngrams as nltk_ngrams

    dialogues = made(1)
    found = diversity.distinct_dialogue(Corpus(many(dialogues)), n)
    for value, lines in zip(found, dialogues, strict=True):
        grams = [gram for line in lines for gram in nltk_ngrams(words(line), n)]
        expected = len(set(grams)) / len(grams) if grams else float("nan")
        assert value == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_distinct_of_the_corpus_counts_over_all_turns(n: int) -> None:
    from nltk.util import ngrams as nltk_ngrams

    dialogues = made(2)
    grams = [g for lines in dialogues for line in lines for g in nltk_ngrams(words(line), n)]
    [value] = diversity.distinct_corpus(Corpus(many(dialogues)), n)
    assert value == pytest.approx(len(set(grams)) / len(grams))


def test_self_bleu_is_nltks() -> None:
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    dialogues = made(3)
    found = self_bleu.self_bleu(Corpus(many(dialogues)))
    tokens = [flat(lines) for lines in dialogues]
    for i, value in enumerate(found):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = sentence_bleu(
                tokens[:i] + tokens[i + 1 :],
                tokens[i],
                weights=(0.25,) * 4,
                smoothing_function=SmoothingFunction().method1,
            )
        assert value == pytest.approx(expected, abs=1e-9)


def test_mtld_and_msttr_are_lexicalrichness() -> None:
    from lexicalrichness import LexicalRichness

    dialogues = [lines for lines in made(4, 20) if len(flat(lines)) > 60]
    corpus = Corpus(many(dialogues))
    rich = [LexicalRichness(" ".join(flat(lines))) for lines in dialogues]
    assert len(rich) > 8
    assert diversity.mtld(corpus) == pytest.approx([r.mtld(threshold=0.72) for r in rich])
    assert diversity.msttr(corpus) == pytest.approx(
        [r.msttr(segment_window=50) for r in rich], abs=1e-9
    )


def test_tfidf_coherence_is_scikit_learns() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    dialogues = made(5)
    lines = [line for dialogue in dialogues for line in dialogue]
    rows = TfidfVectorizer(tokenizer=words, token_pattern=None).fit_transform(lines).toarray()
    found = coherence.tfidf_coherence(Corpus(many(dialogues)))
    place = 0
    for dialogue in dialogues:
        assert np.isnan(found[place])
        for i in range(place + 1, place + len(dialogue)):
            assert found[i] == pytest.approx(rows[i] @ rows[i - 1], abs=1e-6)
        place += len(dialogue)


def test_reading_ease_by_hand() -> None:
    [value] = form.readability(Corpus([said("My room was clean.", "The hotel was open.")]))
    # 8 words, 2 sentences, 9 syllables (only "hotel" and "open" could be cut; pyphen cuts hotel)
    assert value == pytest.approx(206.835 - 1.015 * 8 / 2 - 84.6 * 9 / 8)


def test_compression_is_that_of_zlib() -> None:
    import zlib

    [value] = diversity.compression(Corpus([said("a b c", "a b c", "a b c")]))
    text = b"a b c\na b c\na b c"
    assert value == pytest.approx(len(text) / len(zlib.compress(text, 9)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=60), max_size=6), min_size=1, max_size=6))
def test_every_metric_is_defined_or_missing_and_keeps_its_range(dialogues: list[list[str]]) -> None:
    corpus = Corpus(many(dialogues))
    sizes = {"turn": len(corpus.texts), "dialogue": len(dialogues), "corpus": 1}
    for metric in all_metrics().values():
        if "embedder" in metric.needs:
            continue
        values = metric.compute(corpus)
        assert values.shape == (sizes[metric.level],), metric.name
        there = values[~np.isnan(values)]
        assert np.all(there >= metric.low - 1e-9), metric.name
        assert np.all(there <= metric.high + 1e-9), metric.name
