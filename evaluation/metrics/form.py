"""What turns look like: length, questions, figures, readability."""

import re

import numpy as np

from trialogue.evaluation.corpus import Corpus, Floats, ratio
from trialogue.evaluation.metrics.metric import Metric

_FIGURE = re.compile(r"\d")
_QUESTION = re.compile(r"[?？]")
_SENTENCE = re.compile(r"[.!?。！？…]+")


def turn_length(corpus: Corpus) -> Floats:
    """Tokens of each turn, (T,)."""
    return corpus.lengths.astype(np.float64)


def length_spread(corpus: Corpus) -> Floats:
    """Standard deviation of a dialogue's turn lengths in tokens, (D,); NaN below two turns."""
    lengths = corpus.lengths.astype(np.float64)
    mean = corpus.per_dialogue(lengths)
    squares = corpus.per_dialogue((lengths - mean[corpus.dialogue_of]) ** 2)
    return np.where(np.diff(corpus.first) > 1, np.sqrt(squares), np.nan)


def turns(corpus: Corpus) -> Floats:
    """Turns of each dialogue, (D,)."""
    return np.diff(corpus.first).astype(np.float64)


def rounds(corpus: Corpus) -> Floats:
    """User turns that the assistant answers next, of each dialogue, (D,)."""
    return np.array([dialogue.rounds for dialogue in corpus.dialogues], np.float64)


def _has(corpus: Corpus, pattern: re.Pattern[str]) -> Floats:
    found = [pattern.search(text) is not None for text in corpus.texts]
    return np.array(found, dtype=np.float64)


def questions(corpus: Corpus) -> Floats:
    """Whether a turn has a question mark, (T,)."""
    return _has(corpus, _QUESTION)


def figures(corpus: Corpus) -> Floats:
    """Whether a turn has a digit, (T,)."""
    return _has(corpus, _FIGURE)


def user_share(corpus: Corpus) -> Floats:
    """Share of a dialogue's tokens that the user says, (D,)."""
    size = len(corpus.dialogues)
    whole = np.bincount(corpus.dialogue_of, corpus.lengths, minlength=size)
    mine = np.bincount(corpus.dialogue_of, corpus.lengths * corpus.by_user, minlength=size)
    return ratio(mine, whole)


def readability(corpus: Corpus) -> Floats:
    """Flesch reading ease of a dialogue's text, (D,); NaN where it is mostly Chinese."""
    size = len(corpus.dialogues)
    owner = corpus.dialogue_of[corpus.turn_of]
    beats = _syllables(corpus)[corpus.tokens]
    words = np.bincount(owner, minlength=size)
    sentences = np.bincount(corpus.dialogue_of, sentence_counts(corpus), minlength=size)
    ease = 206.835 - 1.015 * ratio(words, sentences)
    ease -= 84.6 * ratio(np.bincount(owner, beats, minlength=size), words)
    return np.where(corpus.chinese, np.nan, ease)


def sentence_counts(corpus: Corpus) -> list[int]:
    """Sentences of each turn: at least one where it has a word."""
    counts = []
    for text, length in zip(corpus.texts, corpus.lengths, strict=True):
        parts = sum(1 for part in _SENTENCE.split(text) if any(map(str.isalnum, part)))
        counts.append(max(parts, int(length > 0)))
    return counts


def _syllables(corpus: Corpus) -> Floats:
    """Syllables of every word of the vocabulary, each looked up once."""
    from pyphen import Pyphen

    hyphens = Pyphen(lang="en_US")
    return np.array([len(hyphens.positions(word)) + 1 for word in corpus.vocabulary], np.float64)


METRICS = (
    Metric("turn_length", "turn", "Tokens of a turn.", turn_length, high=float("inf")),
    Metric(
        "turn_length_spread",
        "dialogue",
        "Standard deviation of a dialogue's turn lengths in tokens.",
        length_spread,
        high=float("inf"),
    ),
    Metric("turns", "dialogue", "Turns of a dialogue.", turns, high=float("inf")),
    Metric(
        "rounds",
        "dialogue",
        "User turns that are answered (the turns of paper R, table 1).",
        rounds,
        high=float("inf"),
    ),
    Metric("question_share", "turn", "Share of turns with a question mark.", questions),
    Metric("figure_share", "turn", "Share of turns with a digit.", figures),
    Metric("user_share", "dialogue", "Share of the tokens that the user says.", user_share),
    Metric(
        "reading_ease",
        "dialogue",
        "Flesch reading ease (Flesch 1948), syllables by hyphenation; English only.",
        readability,
        low=float("-inf"),
        high=206.835,
        better="higher",
    ),
)
