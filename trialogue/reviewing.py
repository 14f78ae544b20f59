"""A queue of tasks for people, their decisions, and how far two of them agree."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from trialogue.errors import UsageError
from trialogue.evaluation.posed_task import PosedTask
from trialogue.evaluation.reasoning.labels import read_label
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.records import Dialogue, ReasoningTask, Record
from trialogue.records.review import Decision, Review
from trialogue.reviews import read_reviews, reviewed, write_review
from trialogue.task_sets import read_task_set

Clock = Callable[[], datetime]
_LONGEST = 2000


@dataclass(frozen=True)
class ReviewItem:
    """A task as it was proposed, its dialogue, and what reviewers have said so far."""

    task: ReasoningTask
    dialogue: Dialogue
    reviews: tuple[Review, ...] = ()

    @property
    def decided(self) -> ReasoningTask:
        """The task as the reviews leave it."""
        return reviewed(self.task, self.reviews)


class PairAgreement(Record):
    """How far two reviewers agree on the tasks that both decided.

    `agreed` is the share of equal decisions (corrections are equal if their labels are), `kappa`
    is Cohen's (1960): None where both always said the same one thing.
    """

    reviewers: tuple[str, str]
    tasks: int
    agreed: float
    kappa: float | None


def now() -> datetime:
    """The time, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


class ReviewDesk:
    """The tasks of a run for people to decide on; `clock` says when a decision was made.

    Tasks and dialogues are read once, unless they are given as `posed`; decisions are read anew
    each time, so that several people can work at once. Raises UsageError if `folder` holds no
    tasks.
    """

    def __init__(
        self,
        folder: Path | str,
        clock: Clock = now,
        *,
        posed: Sequence[PosedTask] | None = None,
    ) -> None:
        self.folder = Path(folder)
        self._clock = clock
        if not self.folder.is_dir():
            raise UsageError(f"{self.folder} is not a run folder")
        if posed is None:
            posed = read_task_set(self.folder, reviews=False).tasks
        self._posed = {one.task.id: one for one in posed}

    def item(self, task_id: str) -> ReviewItem:
        """One task. Raises UsageError if there is none of this id."""
        if task_id not in self._posed:
            raise UsageError(f"{self.folder} has no task {task_id[:80]!r}")
        reviews = read_reviews(self.folder).get(task_id, [])
        return _item(self._posed[task_id], reviews)

    def items(self) -> list[ReviewItem]:
        """All tasks in order."""
        reviews = read_reviews(self.folder)
        return [_item(posed, reviews.get(name, ())) for name, posed in self._posed.items()]

    def queue(self, reviewer: str, *, every: bool = False) -> list[ReviewItem]:
        """What this reviewer has not decided: tasks that code could not prove, or with `every` all.

        What another has decided stays in the queue, so that agreement can be measured. Tasks on one
        dialogue come after one another; what was skipped comes last.
        """
        replaced = {one.task.replaces for one in self._posed.values() if one.task.usable}
        waiting = [
            item
            for item in self.items()
            if (every or item.task.status == "needs_review") and item.task.id not in replaced
        ]
        places: dict[str, int] = {}
        for item in waiting:
            places.setdefault(item.dialogue.id, len(places))
        waiting.sort(key=lambda item: places[item.dialogue.id])
        own = [(item, _last(item.reviews, reviewer)) for item in waiting]
        fresh = [item for item, last in own if last is None]
        return fresh + [item for item, last in own if last == "skip"]

    def decide(
        self, task_id: str, decision: Decision, *, reviewer: str, label: str = "", note: str = ""
    ) -> Review:
        """Write a decision down; it is on the disk when this returns.

        `label` is the right one where the decision is "correct": a number for a math task, yes or
        no for a common-sense task. Raises UsageError for a label or decision that does not fit.
        """
        task = self.item(task_id).task
        if not reviewer.strip():
            raise UsageError("say who reviews: --reviewer NAME")
        if decision == "correct":
            label = _fitting(task, label)
        try:
            review = Review(
                task_id=task_id,
                reviewer=reviewer.strip()[:80],
                decision=decision,
                when=self._clock(),
                label=label,
                note=note[:_LONGEST],
            )
        except ValueError as error:
            raise UsageError("decide by accept, correct with a label, reject or skip") from error
        write_review(self.folder, review)
        return review

    def agreement(self) -> list[PairAgreement]:
        """Every two reviewers who decided on one task at least, by name."""
        decided: dict[str, dict[str, str]] = {}
        for item in self.items():
            for review in item.reviews:
                if review.decision != "skip":
                    said = f"{review.decision} {review.label}"
                    decided.setdefault(review.reviewer, {})[item.task.id] = said
        pairs = combinations(sorted(decided), 2)
        found = [_agreement((a, b), decided[a], decided[b]) for a, b in pairs]
        return [pair for pair in found if pair is not None]


def _item(posed: PosedTask, reviews: Iterable[Review]) -> ReviewItem:
    return ReviewItem(posed.task, posed.dialogue, tuple(reviews))


def _last(reviews: Iterable[Review], reviewer: str) -> Decision | None:
    return next((one.decision for one in reviews if one.reviewer == reviewer), None)


def _fitting(task: ReasoningTask, label: str) -> str:
    wanted = "a number" if task.kind == "math" else "yes or no"
    try:
        return read_label(label, task.kind)
    except Refused as error:
        raise UsageError(f"{label[:40]!r} is not {wanted}, which this task needs") from error


def _agreement(
    reviewers: tuple[str, str], first: dict[str, str], second: dict[str, str]
) -> PairAgreement | None:
    both = [(first[task], second[task]) for task in first if task in second]
    if not both:
        return None
    agreed = sum(one == other for one, other in both) / len(both)
    kappa = cohens_kappa(both)
    return PairAgreement(reviewers=reviewers, tasks=len(both), agreed=agreed, kappa=kappa)


def cohens_kappa(both: Sequence[tuple[str, str]]) -> float | None:
    """Agreement beyond chance (Cohen 1960) of pairs of labels; None where all are the same label.

    Computed here because scikit-learn takes seconds to import, which a page would wait for.
    """
    ones, others = (Counter(column) for column in zip(*both, strict=True))
    agreed = sum(one == other for one, other in both) / len(both)
    chance = sum(ones[label] * others[label] for label in ones) / len(both) ** 2
    return (agreed - chance) / (1 - chance) if chance < 1 else None
