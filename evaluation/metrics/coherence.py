"""How turns follow from each other: neighbours, answers, intent, drift, repetition."""

import numpy as np
import numpy.typing as npt

from trialogue.evaluation.corpus import Corpus, Floats, Ints, Vectors
from trialogue.evaluation.metrics.metric import Metric
from trialogue.evaluation.ngrams import ngrams, pairs, starts

WINDOW = 3


def follows(corpus: Corpus) -> npt.NDArray[np.bool_]:
    """Whether a turn has one before it in its dialogue, (T,)."""
    there = np.ones(len(corpus.texts), bool)
    there[corpus.first[:-1][np.diff(corpus.first) > 0]] = False
    return there


def _to_previous(corpus: Corpus, rows: Vectors) -> Floats:
    values = np.full(len(corpus.texts), np.nan)
    if len(values) > 1:
        near = np.einsum("ij,ij->i", rows[1:], rows[:-1])
        values[1:] = np.where(follows(corpus)[1:], near, np.nan)
    return values


def tfidf_coherence(corpus: Corpus) -> Floats:
    """Cosine of each turn's TF-IDF row and that of the turn before, (T,)."""
    values, rows = np.full(len(corpus.texts), np.nan), corpus.tfidf
    if len(values) > 1:
        near = np.asarray(rows[1:].multiply(rows[:-1]).sum(axis=1)).ravel()
        values[1:] = np.where(follows(corpus)[1:], near, np.nan)
    return values


def embedding_coherence(corpus: Corpus) -> Floats:
    """Cosine of each turn's embedding and that of the turn before, (T,)."""
    return _to_previous(corpus, corpus.embeddings)


def answer_relevance(corpus: Corpus) -> Floats:
    """Embedding cosine of an assistant's turn and the user's question before it, (T,).

    NaN where the turn before asks nothing or is not the user's.
    """
    asks = np.array([text.rstrip().endswith(("?", "？")) for text in corpus.texts], bool)
    answers = np.zeros(len(asks), bool)
    answers[1:] = ~corpus.by_user[1:] & corpus.by_user[:-1] & asks[:-1]
    return np.where(answers, embedding_coherence(corpus), np.nan)


def intent_relevance(corpus: Corpus) -> Floats:
    """Embedding cosine of each turn and the user's intent, (T,); NaN without an intent."""
    intents = [dialogue.user.intent for dialogue in corpus.dialogues]
    if not corpus.texts:
        return np.zeros(0)
    wanted = corpus.embed(intents)[corpus.dialogue_of]
    stated = np.array([bool(intent.strip()) for intent in intents], bool)[corpus.dialogue_of]
    return np.where(stated, np.einsum("ij,ij->i", corpus.embeddings, wanted), np.nan)


def topic_drift(corpus: Corpus) -> Floats:
    """1 - cosine of the mean embeddings of the first and the last 3 turns, (D,).

    NaN for dialogues of fewer than 6 turns, whose windows would overlap.
    """
    starts, ends = corpus.first[:-1], corpus.first[1:]
    long = ends - starts >= 2 * WINDOW
    values = np.full(len(starts), np.nan)
    if long.any():
        begin = sum(corpus.embeddings[starts[long] + i] for i in range(WINDOW))
        end = sum(corpus.embeddings[ends[long] - 1 - i] for i in range(WINDOW))
        norms = np.linalg.norm(begin, axis=1) * np.linalg.norm(end, axis=1)
        values[long] = 1 - np.einsum("ij,ij->i", begin, end) / norms
    return values


def repetition(corpus: Corpus) -> Floats:
    """Share of a turn's trigrams that stood in an earlier turn of its dialogue, (T,)."""
    said, turn = _trigrams(corpus)
    size, order = len(corpus.texts), np.argsort(said)
    turn, begins = turn[order], starts(said[order])
    first = np.minimum.reduceat(turn, begins) if len(turn) else turn
    earlier = np.repeat(first, np.diff(begins, append=len(turn))) < turn
    count = np.bincount(turn, minlength=size)
    shares = np.bincount(turn, earlier, minlength=size) / np.maximum(1, count)
    return np.where((count > 0) & follows(corpus), shares, np.nan)


def _trigrams(corpus: Corpus) -> tuple[Ints, Ints]:
    """For each place a number for its dialogue and trigram, and its turn."""
    grams = ngrams(corpus, 3)
    turn = corpus.turn_of[grams.at]
    size = len(corpus.dialogues)
    return pairs(corpus.dialogue_of[turn], grams.ids, size, grams.different)[0], turn


METRICS = (
    Metric(
        "tfidf_coherence",
        "turn",
        "Cosine of the TF-IDF vectors of neighbouring turns (paper R, table 2).",
        tfidf_coherence,
        better="higher",
    ),
    Metric(
        "embedding_coherence",
        "turn",
        "Cosine of the sentence embeddings of neighbouring turns (paper R, table 2).",
        embedding_coherence,
        low=-1.0,
        better="higher",
        needs=frozenset({"embedder"}),
    ),
    Metric(
        "answer_relevance",
        "turn",
        "Cosine of the embeddings of an answer and the question that it follows.",
        answer_relevance,
        low=-1.0,
        better="higher",
        needs=frozenset({"embedder"}),
    ),
    Metric(
        "intent_relevance",
        "turn",
        "Cosine of the embeddings of a turn and the user's intent.",
        intent_relevance,
        low=-1.0,
        better="higher",
        needs=frozenset({"embedder", "record"}),
    ),
    Metric(
        "topic_drift",
        "dialogue",
        "1 - cosine of the mean embeddings of the first and the last three turns (after paper C).",
        topic_drift,
        high=2.0,
        needs=frozenset({"embedder"}),
    ),
    Metric(
        "repetition",
        "turn",
        "Share of a turn's trigrams said earlier in the dialogue.",
        repetition,
        better="lower",
    ),
)
