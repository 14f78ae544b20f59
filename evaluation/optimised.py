"""What an optimisation came to, ready for a report and for machines."""

from typing import Any, Literal

from trialogue.evaluation.ledger import Cost
from trialogue.evaluation.screening import ScreenCounts
from trialogue.evaluation.statistics import Difference, Estimate
from trialogue.records import Record
from trialogue.records.recipe import Control

UNOPTIMISED, EVOLVED = "unoptimised", "evolved"
FIXED: dict[str, tuple[str, str]] = {
    "distinct-n": ("distinct_2", "distinct_2_response"),
    "TF-IDF": ("tfidf_coherence", "tfidf_coherence"),
    "embedding": ("embedding_coherence", "embedding_coherence"),
}
"""The metrics of paper R's table 2: of dialogues and of turns."""


class Tried(Record):
    """A metric that was tried: its trees as formulas, where tuning by it ended, what h is there.

    `h` is None where it was not judged; `reason` says why. `zeros` counts probes that made no
    difference, `failed` those that came to nothing.
    """

    number: int
    generation: int
    origin: str
    fate: str
    reason: str = ""
    dialogue: str
    turn: str
    theta: dict[str, Control]
    phi: dict[str, Control]
    h: float | None = None
    zeros: int = 0
    failed: int = 0


class TableRow(Record):
    """A row of paper R's table 2: the judge's means on the report's users.

    `difference` is paired, against the unoptimised dialogues of the same users; None for those.
    """

    name: str
    scores: dict[str, float | None]
    h: Estimate
    difference: Difference | None = None


class Optimised(Record):
    """An optimisation.

    `users` are how many each split has; `best` is the number of the candidate that the recipe is
    made from, None where nothing was judged better than the unoptimised dialogues. `before` and
    `after` are controls by name: what unoptimised dialogues measure, and what the recipe sets.
    `resists` says how often the best metric's trees put originals above what was spoilt of them, by
    level and kind of corruption. `ended` is why the search ended, `problem` why there is less than
    was asked for.
    """

    folder: str
    scenario: str
    users: dict[Literal["train", "select", "report"], int]
    unoptimised_h: float | None = None
    candidates: tuple[Tried, ...] = ()
    best: int | None = None
    before: dict[str, Control] = {}
    after: dict[str, Control] = {}
    prompts: tuple[str, ...] = ()
    table: tuple[TableRow, ...] = ()
    costs: dict[str, Cost] = {}
    screened: ScreenCounts = ScreenCounts()
    saved_calls: int = 0
    resists: dict[str, dict[str, float]] = {}
    notes: tuple[str, ...] = ()
    ended: str = ""
    problem: str = ""
    recipe: str = ""
    report: str = ""

    @property
    def winner(self) -> Tried | None:
        """The candidate that the recipe is made from."""
        return next((tried for tried in self.candidates if tried.number == self.best), None)

    def row(self, name: str) -> TableRow:
        """A row of the table; KeyError for one that is not there."""
        return {row.name: row for row in self.table}[name]

    def data(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return self.model_dump(mode="json")
