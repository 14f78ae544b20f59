"""n-grams as numbers: each different one gets an integer, by sorting, never by strings."""

from typing import NamedTuple

import numpy as np

from trialogue.evaluation.corpus import Corpus, Ints


class Grams(NamedTuple):
    """G different n-grams over M places: `ids` (M,) below G, `at` (M,) the place of the first
    token of each."""

    ids: Ints
    at: Ints
    different: int


def ngrams(corpus: Corpus, n: int, *, across_turns: bool = False) -> Grams:
    """All n-grams of a corpus that lie inside one turn, or with `across_turns` in one dialogue."""
    tokens, owner = corpus.tokens, corpus.turn_of
    if across_turns:
        owner = corpus.dialogue_of[owner]
    size = max(0, len(tokens) - n + 1)
    at = np.flatnonzero(owner[:size] == owner[n - 1 :]) if size else np.zeros(0, np.int64)
    ids, different = tokens[at], max(1, len(corpus.vocabulary))
    base = different
    for step in range(1, n):
        if different > 2**62 // base:
            _, ids = np.unique(ids, return_inverse=True)
            different = int(ids.max(initial=0)) + 1
        ids, different = ids * base + tokens[at + step], different * base
    return Grams(ids, at, different)


def numbered(ids: Ints) -> tuple[Ints, int]:
    """The same ids from 0 on without gaps, and how many there are."""
    found, inverse = np.unique(ids, return_inverse=True)
    return inverse.astype(np.int64), len(found)


def count_different(ids: Ints) -> int:
    """How many different ids there are; sorting is many times faster than `numpy.unique`."""
    return len(different_sorted(ids))


def different_sorted(ids: Ints) -> Ints:
    """The different ids in order."""
    ordered = np.sort(ids)
    return ordered[starts(ordered)]


def counted(ids: Ints) -> tuple[Ints, Ints]:
    """The different ids in order, and how often each is there."""
    ordered = np.sort(ids)
    places = starts(ordered)
    return ordered[places], np.diff(places, append=len(ordered))


def starts(ordered: Ints) -> Ints:
    """Where runs of equal ids begin."""
    new = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return np.flatnonzero(new)


def pairs(group: Ints, ids: Ints, groups: int, different: int) -> tuple[Ints, int]:
    """One number for each group and id, `group * base + id`, and the base.

    All ids are below `different`; where that is too many they are numbered anew.
    """
    if different > 2**62 // max(1, groups):
        ids, different = numbered(ids)
    base = max(1, different)
    return group * base + ids, base


def unique_per(group: Ints, ids: Ints, groups: int, different: int) -> Ints:
    """How many different ids each group has, (groups,); all ids are below `different`."""
    found, base = pairs(group, ids, groups, different)
    return np.bincount(different_sorted(found) // base, minlength=groups)
