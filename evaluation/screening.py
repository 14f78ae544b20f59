"""Metric trees sorted out before any model call (METHOD §4).

After the rejection of unpromising losses and the equivalence check of AutoLoss-Zero (Li et al.
2022, arXiv 2103.14026), with corrupted dialogues in the place of predictions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

import numpy as np

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.trees import Tree, evaluate_many
from trialogue.records import Record

Outcome = Literal["accepted", "constant", "non_finite", "prefers_corrupted", "equivalent"]
REJECTED: tuple[Outcome, ...] = ("constant", "non_finite", "prefers_corrupted")
_FLAT = 1e-9
_BITS = 36


@dataclass(frozen=True)
class Verdict:
    """What screening says of a tree.

    `key` is equal for trees that rank the reference set alike; `earlier` is the first such tree
    where there was one. `kinds` are the shares of pairs in which the original is above its
    corruption (ties count half) by kind of corruption, `wins` is their mean; None and nothing
    where that was not looked at.
    """

    tree: Tree
    outcome: Outcome
    key: str = ""
    earlier: Tree | None = None
    wins: float | None = None
    kinds: Mapping[str, float] = field(default_factory=dict)

    @property
    def rejected(self) -> bool:
        """Whether the tree is out; an equivalent one is not, it has a score already."""
        return self.outcome in REJECTED


class ScreenCounts(Record):
    """How many trees came to which outcome."""

    accepted: int = 0
    constant: int = 0
    non_finite: int = 0
    prefers_corrupted: int = 0
    equivalent: int = 0

    @property
    def saved(self) -> int:
        """Trees that never had to be scored."""
        return self.constant + self.non_finite + self.prefers_corrupted + self.equivalent

    def told(self, calls: int = 1) -> str:
        """In a sentence; `calls` is what scoring one tree costs in model calls."""
        return (
            f"{self.saved} of {self.saved + self.accepted} trees were not scored: "
            f"{self.constant} constant, {self.non_finite} not finite, {self.prefers_corrupted} "
            f"preferring corrupted dialogues, {self.equivalent} equivalent to an earlier one; "
            f"this saved {self.saved * calls:,} model calls"
        )


class Screen:
    """Screens trees by their values on a reference set and on corruptions of it.

    `reference` holds standardised leaf values, (R,) by metric; `corrupted` the same for each kind
    of corruption, standardised by the same standards, pair by pair. A tree passes if originals
    win at least `share` of all pairs, ties counting half, and at least `floor` of those of every
    kind: most metrics are blind to some kinds, but one that (nearly) always likes dialogues better
    with a stretch said twice would be tuned towards just that. Raises UsageError for a reference
    of fewer than two, or pairs that do not match.
    """

    def __init__(
        self,
        reference: Mapping[str, Floats],
        corrupted: Mapping[str, Mapping[str, Floats]],
        share: float = 0.5,
        floor: float = 0.1,
    ) -> None:
        self._count = len(next(iter(reference.values()), ()))
        if self._count < 2:
            raise UsageError("screening needs leaf values of at least two dialogues")
        for kind, values in corrupted.items():
            lengths = {len(values[name]) for name in reference if name in values}
            if set(reference) - set(values) or lengths != {self._count}:
                raise UsageError(f"the values of the {kind} dialogues do not match the originals'")
        sets = [reference, *corrupted.values()]
        self._values = {name: np.concatenate([s[name] for s in sets]) for name in reference}
        self._kinds = tuple(corrupted)
        self._share, self._floor = share, floor
        self._first: dict[str, Tree] = {}
        self._counted: dict[Outcome, int] = {}

    @property
    def counts(self) -> ScreenCounts:
        """What has been screened so far."""
        return ScreenCounts(**self._counted)

    def screened(self, trees: Sequence[Tree]) -> list[Verdict]:
        """A verdict for each tree, in order; a tree is equivalent to any accepted before it."""
        verdicts = []
        for tree, row in zip(trees, evaluate_many(trees, self._values), strict=True):
            verdict = self._verdict(tree, row)
            self._counted[verdict.outcome] = self._counted.get(verdict.outcome, 0) + 1
            verdicts.append(verdict)
        return verdicts

    def _verdict(self, tree: Tree, values: Floats) -> Verdict:
        if not np.isfinite(values).all():
            return Verdict(tree, "non_finite")
        originals = values[: self._count]
        if np.ptp(originals) <= _FLAT * max(1.0, float(np.abs(originals).max())):
            return Verdict(tree, "constant")
        kinds = self._wins(originals, values[self._count :])
        wins = float(np.mean([*kinds.values()])) if kinds else None
        if wins is not None and (wins < self._share or min(kinds.values()) < self._floor):
            return Verdict(tree, "prefers_corrupted", wins=wins, kinds=kinds)
        key = rank_key(originals)
        if earlier := self._first.get(key):
            return Verdict(tree, "equivalent", key, earlier, wins, kinds)
        self._first[key] = tree
        return Verdict(tree, "accepted", key, wins=wins, kinds=kinds)

    def _wins(self, originals: Floats, spoilt: Floats) -> dict[str, float]:
        """By kind, how often the original is above its corruption."""
        signs = np.sign(originals - spoilt.reshape(len(self._kinds), self._count))
        return dict(zip(self._kinds, ((1 + signs.mean(axis=1)) / 2).tolist(), strict=True))


def rank_key(values: Floats) -> str:
    """A text that is equal for values, (R,), in the same order; rounding makes no difference."""
    from scipy.stats import rankdata

    mantissa, exponent = np.frexp(values)
    coarse = np.ldexp(np.round(np.ldexp(mantissa, _BITS)), exponent - _BITS)
    ranks = np.asarray(2 * rankdata(coarse), np.int64)
    return blake2b(ranks.tobytes(), digest_size=16).hexdigest()
