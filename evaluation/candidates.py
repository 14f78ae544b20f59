"""Candidates for the metric ω: how they come about, and which is the best (METHOD §4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import cycle, islice
from math import fsum, isfinite

import numpy as np

from trialogue.evaluation.trees import (
    CHANCES,
    LIMITS,
    Chances,
    Limits,
    Tree,
    grown,
    offspring,
    size,
)


@dataclass(frozen=True)
class Breeding:
    """How offspring are made: over which metrics, within which limits, from grown `levels` on."""

    names: tuple[str, ...]
    limits: Limits = LIMITS
    chances: Chances = CHANCES
    levels: int = 2


@dataclass(frozen=True)
class Candidate:
    """A tree with the scores it was given; `generation` is when it came up.

    Trees of one `key` rank the reference set alike and share their scores.
    """

    tree: Tree
    generation: int
    scores: tuple[float, ...] = ()
    key: str = ""

    @cached_property
    def mean(self) -> float:
        """The mean of the scores that did not fail; NaN without any."""
        there = [score for score in self.scores if isfinite(score)]
        return fsum(there) / len(there) if there else float("nan")


def reproduced(
    rng: np.random.Generator, parents: Sequence[Tree], breeding: Breeding, count: int
) -> list[Tree]:
    """So many offspring, the parents taking turns; without parents, trees grown from the root."""
    if not parents:
        return [grown(rng, breeding.names, breeding.levels, breeding.limits) for _ in range(count)]
    turns = islice(cycle(parents), count)
    return [
        offspring(rng, parent, breeding.names, breeding.limits, breeding.chances, breeding.levels)
        for parent in turns
    ]


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those with a score, the highest mean first, the earlier of equals first."""
    scored = [candidate for candidate in candidates if candidate.mean == candidate.mean]
    return sorted(scored, key=lambda candidate: -candidate.mean)


def best(candidates: Sequence[Candidate]) -> Candidate | None:
    """The candidate with the highest mean score, the earliest of equals; None without scores."""
    return next(iter(ranked(candidates)), None)


def better(old: Candidate | None, new: Candidate | None) -> Candidate | None:
    """The higher mean; of two that rank alike the smaller tree, with the scores known by now."""
    if old and new and old.key == new.key:
        return replace(new, tree=min(new.tree, old.tree, key=size), generation=old.generation)
    return best([candidate for candidate in (old, new) if candidate])
