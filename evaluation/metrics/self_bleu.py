"""Self-BLEU: how much of a dialogue other dialogues say in the same words."""

import numpy as np

from trialogue.evaluation.corpus import Corpus, Floats, Ints
from trialogue.evaluation.metrics.metric import Metric
from trialogue.evaluation.ngrams import counted, different_sorted, ngrams

REFERENCES = 100
ORDER = 4
_EPSILON = 0.1


def self_bleu(corpus: Corpus, references: int = REFERENCES) -> Floats:
    """BLEU-4 of each dialogue against the others, (D,); NaN without another dialogue.

    With more dialogues than `references` these are as many dialogues, evenly spaced, so that the
    work grows linearly; up to that number it is the full Self-BLEU.
    """
    size = len(corpus.dialogues)
    chosen = np.unique(np.linspace(0, max(0, size - 1), min(size, references + 1)).astype(np.int64))
    lengths = np.diff(corpus.token_first[corpus.first])
    if len(chosen) < 2:
        return np.full(size, np.nan)
    logs = np.zeros(size)
    none = lengths == 0
    for n in range(1, ORDER + 1):
        matched, all_grams = _matches(corpus, n, chosen)
        if n == 1:
            none |= matched == 0
        above = np.where(matched > 0, matched, _EPSILON)
        logs += np.log(above / np.maximum(1, all_grams)) / ORDER
    score = _brevity(lengths, chosen) * np.exp(logs)
    return np.where(lengths == 0, np.nan, np.where(none, 0.0, score))


def _matches(corpus: Corpus, n: int, chosen: Ints) -> tuple[Ints, Ints]:
    """For each dialogue the n-grams that a reference has as often, and all its n-grams."""
    size = len(corpus.dialogues)
    grams = ngrams(corpus, n, across_turns=True)
    owner = corpus.dialogue_of[corpus.turn_of[grams.at]]
    is_reference = np.zeros(size, bool)
    is_reference[chosen] = True
    known = different_sorted(grams.ids[is_reference[owner]])
    if not len(known):
        return np.zeros(size, np.int64), np.bincount(owner, minlength=size)
    place = np.minimum(np.searchsorted(known, grams.ids), len(known) - 1)
    there = known[place] == grams.ids
    pairs, counts = counted(owner[there] * len(known) + place[there])
    who, what = np.divmod(pairs, len(known))
    refers = is_reference[who]
    best, by, second = _two_best(who[refers], what[refers], counts[refers], len(known))
    limit = np.where(by[what] == who, second[what], best[what])
    matched = np.bincount(who, np.minimum(counts, limit), minlength=size)
    return matched.astype(np.int64), np.bincount(owner, minlength=size)


def _two_best(who: Ints, what: Ints, counts: Ints, different: int) -> tuple[Ints, Ints, Ints]:
    """The largest count of each n-gram in a reference, whose it is, and the next largest."""
    order = np.lexsort((-counts, what))
    who, what, counts = who[order], what[order], counts[order]
    new = np.flatnonzero(np.diff(what, prepend=-1))
    best, second = np.zeros(different, np.int64), np.zeros(different, np.int64)
    by = np.full(different, -1, np.int64)
    best[what[new]], by[what[new]] = counts[new], who[new]
    again = new + 1
    again = again[again < len(what)]
    again = again[what[again] == what[again - 1]]
    second[what[again]] = counts[again]
    return best, by, second


def _brevity(lengths: Ints, chosen: Ints) -> Floats:
    """BLEU's brevity penalty against the reference nearest in length, the shorter if two are."""
    known = np.sort(lengths[chosen])
    is_reference = np.zeros(len(lengths), bool)
    is_reference[chosen] = True
    penalty = np.ones(len(lengths))
    for i, length in enumerate(lengths):
        others = known
        if is_reference[i]:
            others = np.delete(known, np.searchsorted(known, length))
        nearest = others[np.argmin(np.abs(others - length))]
        if length and length < nearest:
            penalty[i] = np.exp(1 - nearest / length)
    return penalty


METRICS = (
    Metric(
        "self_bleu",
        "dialogue",
        "BLEU-4 of a dialogue against the others (Zhu et al. 2018, arXiv:1802.01886), smoothed "
        "by 0.1 where no n-gram matches; against 100 of them, evenly spaced, where there are more.",
        self_bleu,
        better="lower",
    ),
)
