"""Decisions of people on tasks: kept one a line, and what they make of a task."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from trialogue.appended_lines import append_line, whole_lines
from trialogue.errors import UsageError
from trialogue.records import ReasoningTask
from trialogue.records.review import Review

REVIEWS = "reviews.jsonl"

Reviews = Mapping[str, Sequence[Review]]


def read_reviews(folder: Path) -> dict[str, list[Review]]:
    """The decisions of a run by task: of each reviewer the last, in the order of first decisions.

    A line that is still being written does not count. Raises UsageError as `file:line`.
    """
    found: dict[str, dict[str, Review]] = {}
    for number, line in enumerate(whole_lines(folder / REVIEWS), start=1):
        try:
            review = Review.model_validate_json(line)
        except ValueError as error:
            raise UsageError(f"{folder / REVIEWS}:{number}: not a review; mend it") from error
        found.setdefault(review.task_id, {})[review.reviewer] = review
    return {task: [*by.values()] for task, by in found.items()}


def write_review(folder: Path, review: Review) -> None:
    """Add a decision; it is on the disk when this returns. Raises UsageError if it cannot be."""
    append_line(folder / REVIEWS, review.to_line())


def reviewed(task: ReasoningTask, reviews: Iterable[Review]) -> ReasoningTask:
    """The task after what people decided.

    Skips do not count. Where all others agree, the task is accepted, gets the corrected label or
    is rejected; where they differ it needs a review. A corrected label has no derivation.
    """
    given = [review for review in reviews if review.decision != "skip"]
    if not given:
        return task
    if len({(review.decision, review.label) for review in given}) > 1:
        who = ", ".join(review.reviewer for review in given)
        changed = {"status": "needs_review", "reason": f"reviewers differ: {who}"}
    elif given[0].decision == "reject":
        changed = {"status": "rejected", "reason": given[0].note or "a reviewer rejected it"}
    elif given[0].decision == "accept":
        proved = task.status == "verified"
        changed = {"status": "verified" if proved else "accepted", "reason": ""}
    else:
        return _corrected(task, given[0].label)
    return task.model_copy(update=changed)


def _corrected(task: ReasoningTask, label: str) -> ReasoningTask:
    """Solvers were held against the old label, so what they made of the task goes too."""
    changes = {"label": label, "derivation": None, "solvers": (), "accuracy": None}
    return task.model_copy(update={**changes, "status": "accepted", "reason": "label corrected"})
