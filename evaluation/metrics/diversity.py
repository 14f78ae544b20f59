"""How varied the words are: distinct-n, Self-BLEU, lexical diversity, compression."""

import zlib
from functools import partial
from itertools import pairwise

import numpy as np

from trialogue.evaluation.corpus import Corpus, Floats, ratio
from trialogue.evaluation.metrics.metric import Metric
from trialogue.evaluation.ngrams import count_different, counted, ngrams, numbered, unique_per

_LI = "Li et al. 2016, arXiv:1510.03055"


def distinct_corpus(corpus: Corpus, n: int) -> Floats:
    """Different n-grams over all n-grams of the corpus, (1,)."""
    ids = ngrams(corpus, n).ids
    return ratio([count_different(ids)], [len(ids)])


def distinct_dialogue(corpus: Corpus, n: int) -> Floats:
    """Different n-grams over all n-grams of each dialogue, (D,)."""
    grams, size = ngrams(corpus, n), len(corpus.dialogues)
    owner = corpus.dialogue_of[corpus.turn_of[grams.at]]
    return ratio(
        unique_per(owner, grams.ids, size, grams.different), np.bincount(owner, minlength=size)
    )


def distinct_response(corpus: Corpus, n: int) -> Floats:
    """Different n-grams over all n-grams of each turn, (T,)."""
    grams, size = ngrams(corpus, n), len(corpus.texts)
    owner = corpus.turn_of[grams.at]
    return ratio(
        unique_per(owner, grams.ids, size, grams.different), np.bincount(owner, minlength=size)
    )


def msttr(corpus: Corpus, segment: int = 50) -> Floats:
    """Mean share of different tokens in successive whole segments of 50 tokens, (D,)."""
    owner = corpus.dialogue_of[corpus.turn_of]
    starts = np.searchsorted(owner, np.arange(len(corpus.dialogues)))
    place = np.arange(len(owner)) - starts[owner]
    whole = np.bincount(owner, minlength=len(corpus.dialogues)) // segment
    inside = place // segment < whole[owner]
    part, parts = numbered((owner * (len(owner) + 1) + place // segment)[inside])
    shares = unique_per(part, corpus.tokens[inside], parts, len(corpus.vocabulary)) / segment
    of_part = np.zeros(parts, np.int64)
    of_part[part] = owner[inside]
    return ratio(np.bincount(of_part, shares, minlength=len(whole)), whole)


def mtld(corpus: Corpus, threshold: float = 0.72) -> Floats:
    """Mean length of runs whose share of different tokens stays above 0.72, both ways, (D,)."""
    bounds = corpus.token_first[corpus.first]
    values = [
        _mtld(corpus.tokens[start:end].tolist(), threshold) for start, end in pairwise(bounds)
    ]
    return np.array(values, dtype=np.float64)


def _mtld(tokens: list[int], threshold: float) -> float:
    if not tokens:
        return float("nan")
    return (_one_way(tokens, threshold) + _one_way(tokens[::-1], threshold)) / 2


def _one_way(tokens: list[int], threshold: float) -> float:
    seen: set[int] = set()
    factors, run = 0.0, 0
    for token in tokens:
        run += 1
        seen.add(token)
        if len(seen) <= threshold * run:
            factors, run = factors + 1, 0
            seen.clear()
    if run:
        factors += (1 - len(seen) / run) / (1 - threshold)
    return len(tokens) / (factors or 1.0)


def compression(corpus: Corpus) -> Floats:
    """Bytes of a dialogue's text over bytes after zlib at level 9, (D,)."""
    texts = ["\n".join(turn.text for turn in d.turns).encode() for d in corpus.dialogues]
    sizes = [(len(text), len(zlib.compress(text, 9))) if text else (0, 0) for text in texts]
    array = np.array(sizes, dtype=np.float64).reshape(-1, 2)
    return ratio(array[:, 0], array[:, 1])


def vocabulary_share(corpus: Corpus) -> Floats:
    """Different tokens over all tokens of the corpus (paper R, table 1), (1,)."""
    return ratio([len(corpus.vocabulary)], [len(corpus.tokens)])


def token_entropy(corpus: Corpus) -> Floats:
    """Shannon entropy in bits of each dialogue's token distribution, (D,)."""
    owner, size = corpus.dialogue_of[corpus.turn_of], len(corpus.dialogues)
    base = max(1, len(corpus.vocabulary))
    pairs, counts = counted(owner * base + corpus.tokens)
    whole = np.bincount(owner, minlength=size)
    shares = counts / whole[pairs // base]
    bits = np.bincount(pairs // base, -shares * np.log2(shares), minlength=size)
    return np.where(whole > 0, bits, np.nan)


METRICS = (
    *(
        Metric(
            f"distinct_{n}",
            "dialogue",
            f"distinct-{n} of a dialogue: different {n}-grams / all {n}-grams ({_LI}).",
            partial(distinct_dialogue, n=n),
            better="higher",
        )
        for n in (1, 2, 3)
    ),
    *(
        Metric(
            f"distinct_{n}_corpus",
            "corpus",
            f"distinct-{n}, corpus form: different {n}-grams / all {n}-grams of all turns ({_LI}).",
            partial(distinct_corpus, n=n),
            better="higher",
        )
        for n in (1, 2, 3)
    ),
    *(
        Metric(
            f"distinct_{n}_response",
            "turn",
            f"distinct-{n}, per-response form: different {n}-grams / all {n}-grams of a turn.",
            partial(distinct_response, n=n),
            better="higher",
        )
        for n in (1, 2)
    ),
    Metric(
        "msttr",
        "dialogue",
        "Mean segmental type-token ratio over whole segments of 50 tokens (Johnson 1944).",
        msttr,
        better="higher",
    ),
    Metric(
        "mtld",
        "dialogue",
        "Measure of textual lexical diversity, threshold 0.72, mean of both directions "
        "(McCarthy & Jarvis 2010).",
        mtld,
        high=float("inf"),
        better="higher",
    ),
    Metric(
        "compression_ratio",
        "dialogue",
        "Bytes before over bytes after compression; more is more redundant "
        "(Shaib et al. 2024, arXiv:2403.00553; zlib, level 9).",
        compression,
        high=float("inf"),
        better="lower",
    ),
    Metric(
        "vocabulary_share",
        "corpus",
        "Unique tokens / total tokens of the corpus (paper R, table 1).",
        vocabulary_share,
        better="higher",
    ),
    Metric(
        "token_entropy",
        "dialogue",
        "Shannon entropy of the token distribution, in bits.",
        token_entropy,
        high=float("inf"),
        better="higher",
    ),
)
