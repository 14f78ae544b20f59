"""How turns are worded: feeling, persons, negation, sentences, brevity."""

import re
from functools import cache
from typing import Any

import numpy as np

from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.metrics.form import sentence_counts
from trialogue.evaluation.metrics.metric import Metric

BRIEF = 3
_APOSTROPHE = str.maketrans("’", "'")
_FIRST = re.compile(r"\b(?:i|me|my|mine|myself|we|us|our|ours)\b|[我咱]")
_SECOND = re.compile(r"\b(?:you|your|yours|yourself)\b|[你您]")
_NEGATION = re.compile(r"\b(?:no|not|never|cannot|dont|cant)\b|n't\b|[不没]")


def sentiment(corpus: Corpus) -> Floats:
    """VADER's compound score of each turn, (T,); NaN without a word and in Chinese dialogues."""
    chinese = corpus.chinese[corpus.dialogue_of]
    told = ~chinese & (corpus.lengths > 0)
    score = _analyser().polarity_scores if told.any() else None
    values = [
        score(text)["compound"] if score and there else np.nan
        for text, there in zip(corpus.texts, told, strict=True)
    ]
    return np.array(values, np.float64)


@cache
def _analyser() -> Any:
    from vaderSentiment.vaderSentiment import (
        SentimentIntensityAnalyzer,
    )

    return SentimentIntensityAnalyzer()


def _says(corpus: Corpus, pattern: re.Pattern[str]) -> Floats:
    """Whether a turn has a token in which the pattern is found, (T,)."""
    words = (word.translate(_APOSTROPHE) for word in corpus.vocabulary)
    found = np.array([pattern.search(word) is not None for word in words], bool)
    hits = np.bincount(corpus.turn_of, found[corpus.tokens], minlength=len(corpus.texts))
    return (hits > 0).astype(np.float64)


def first_person(corpus: Corpus) -> Floats:
    """Whether a turn speaks of its speaker, (T,)."""
    return _says(corpus, _FIRST)


def second_person(corpus: Corpus) -> Floats:
    """Whether a turn addresses the other one, (T,)."""
    return _says(corpus, _SECOND)


def negation(corpus: Corpus) -> Floats:
    """Whether a turn negates something, (T,)."""
    return _says(corpus, _NEGATION)


def sentences(corpus: Corpus) -> Floats:
    """Sentences of each turn, (T,)."""
    return np.array(sentence_counts(corpus), np.float64)


def brief(corpus: Corpus) -> Floats:
    """Whether a turn has at most 3 tokens, (T,)."""
    return (corpus.lengths <= BRIEF).astype(np.float64)


METRICS = (
    Metric(
        "sentiment",
        "turn",
        "Compound sentiment of a turn by VADER (Hutto & Gilbert 2014); English only.",
        sentiment,
        low=-1.0,
        better="higher",
    ),
    Metric(
        "first_person_share", "turn", "Share of turns with a first-person pronoun.", first_person
    ),
    Metric(
        "second_person_share", "turn", "Share of turns with a second-person pronoun.", second_person
    ),
    Metric("negation_share", "turn", "Share of turns that negate something.", negation),
    Metric("sentences", "turn", "Sentences of a turn.", sentences, high=float("inf")),
    Metric("brief_share", "turn", "Share of turns of at most three tokens.", brief),
)
