"""What the leaves of metric trees see: base metrics of dialogues, and of their last turns."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.measured import values_of
from trialogue.evaluation.metrics import Metric, all_metrics
from trialogue.evaluation.ratings import at_last_turn
from trialogue.evaluation.trees import Standard, Tree, evaluate, standardised, standards
from trialogue.records import Dialogue

if TYPE_CHECKING:
    from trialogue.memory.embedders import Embedder

LeafLevel = Literal["dialogue", "turn"]
Values = Mapping[str, Floats]


class Leaves:
    """The base metrics that trees of a level may use, standardised by a reference set.

    Metrics that no dialogue of the reference has, or that all have alike, are left out; `left_out`
    names them, `names` the others; those of `always` keep their values. `missing` counts values
    that were not there and stood in as the centre. For turns the dialogues are moments: each ends
    with the turn that is measured. Raises UsageError where no metric is left.
    """

    def __init__(
        self,
        level: LeafLevel,
        reference: Sequence[Dialogue],
        embedder: "Embedder | None",
        always: Collection[str] = (),
    ) -> None:
        self.level, self._embedder = level, embedder
        self.missing: dict[str, int] = {}
        self._metrics = _offered(level, with_embedder=embedder is not None)
        raw = self.raw(reference)
        useful = {name for name, row in raw.items() if _varies(row)}
        self.left_out = tuple(name for name in raw if name not in useful)
        kept = useful | {name for name in raw if name in always}
        self._metrics = [metric for metric in self._metrics if metric.name in kept]
        if not useful:
            raise UsageError(
                f"no metric tells the {len(reference)} dialogues of the reference apart; "
                "take more users to tune on"
            )
        self.standards: dict[str, Standard] = standards({n: raw[n] for n in raw if n in kept})
        self.names = tuple(name for name in raw if name in useful)

    def raw(self, dialogues: Sequence[Dialogue]) -> dict[str, Floats]:
        """The metrics' own values, (D,) each."""
        corpus = Corpus(dialogues, embedder=self._embedder)
        if self.level == "dialogue":
            return values_of(corpus, self._metrics)
        return {m.name: at_last_turn(corpus, m.compute(corpus)) for m in self._metrics}

    def seen(self, raw: Values) -> dict[str, Floats]:
        """The values as a tree sees them."""
        found = standardised(raw, self.standards)
        for name, count in found.missing.items():
            if count:
                self.missing[name] = self.missing.get(name, 0) + count
        return found.values

    def quality(self, tree: Tree, raw: Values) -> float:
        """The mean of a tree over dialogues; NaN without a finite value."""
        values = evaluate(tree, self.seen(raw))
        there = values[np.isfinite(values)]
        return float(there.mean()) if len(there) else float("nan")

    def sets(
        self, reference: Sequence[Dialogue], spoilt: Mapping[str, Sequence[Dialogue]]
    ) -> tuple[Values, dict[str, Values]]:
        """What trees see of the reference and of each way it was spoilt, for screening."""
        worse = {kind: self._standardised(dialogues) for kind, dialogues in spoilt.items()}
        return self._standardised(reference), worse

    def _standardised(self, dialogues: Sequence[Dialogue]) -> Values:
        return standardised(self.raw(dialogues), self.standards).values


def _offered(level: LeafLevel, *, with_embedder: bool) -> list[Metric]:
    levels = ("turn",) if level == "turn" else ("turn", "dialogue")
    return [
        metric
        for metric in all_metrics().values()
        if metric.level in levels and (with_embedder or "embedder" not in metric.needs)
    ]


def _varies(row: Floats) -> bool:
    there = row[np.isfinite(row)]
    return len(there) > 1 and float(np.ptp(there)) > 1e-9 * max(1.0, float(np.abs(there).max()))
