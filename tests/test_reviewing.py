"""Decisions of people: queue, what they make of a task, agreement, and lines that last."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from made_tasks import math_task, trip, write_run, yes_no_task

from trialogue.errors import UsageError
from trialogue.records.review import Decision, Review
from trialogue.reviewing import ReviewDesk
from trialogue.reviews import REVIEWS, read_reviews, reviewed
from trialogue.task_sets import read_task_set

START = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)


def ticking() -> Callable[[], datetime]:
    """A clock that goes on by a minute at each look."""
    minutes = iter(range(10_000))
    return lambda: START + timedelta(minutes=next(minutes))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Six dialogues: four math tasks for a person, one proved, one yes/no for a person."""
    on = [trip(number) for number in range(6)]
    tasks = [
        math_task(one, n, id=f"t{n}", status="needs_review", reason="solvers differ")
        for n, one in enumerate(on[:4])
    ]
    tasks += [math_task(on[4], 4, id="proved"), yes_no_task(on[5], "no", id="yn",
                                                            status="needs_review")]  # fmt: skip
    return write_run(tmp_path / "run", on, tasks)


def names(desk: ReviewDesk, reviewer: str, **given: bool) -> list[str]:
    return [item.task.id for item in desk.queue(reviewer, **given)]


def test_the_queue_is_each_reviewers_own(run: Path) -> None:
    desk = ReviewDesk(run, ticking())
    assert names(desk, "Ann") == ["t0", "t1", "t2", "t3", "yn"]
    desk.decide("t0", "skip", reviewer="Ann")
    desk.decide("t1", "accept", reviewer="Ann", note="clear")
    assert names(desk, "Ann") == ["t2", "t3", "yn", "t0"]
    assert names(desk, "Ben") == ["t0", "t1", "t2", "t3", "yn"]
    assert names(ReviewDesk(run), "Ann", every=True) == ["t2", "t3", "proved", "yn", "t0"]
    item = desk.item("t1")
    assert item.dialogue.id == "desk-0001"
    assert item.decided.status == "accepted"


def test_a_decision_is_a_whole_line_with_who_and_when(run: Path) -> None:
    desk = ReviewDesk(run, ticking())
    desk.decide("t0", "correct", reviewer=" Ann ", label="2,750.0 CNY")
    assert json.loads((run / REVIEWS).read_text()) == {
        "schema_version": 1, "task_id": "t0", "reviewer": "Ann", "decision": "correct",
        "when": "2026-04-01T09:00:00Z", "label": "2750", "note": "",
    }  # fmt: skip


def test_a_torn_line_is_cut_off_and_does_not_count(run: Path) -> None:
    desk = ReviewDesk(run, ticking())
    desk.decide("t0", "accept", reviewer="Ann")
    with (run / REVIEWS).open("ab") as file:
        file.write(b'{"schema_version":1,"task_id":"t1","rev')
    assert set(read_reviews(run)) == {"t0"}
    assert "t1" in names(desk, "Ann")
    desk.decide("t2", "reject", reviewer="Ann", note="x" * 70_000)
    assert set(read_reviews(run)) == {"t0", "t2"}
    assert (run / REVIEWS).read_bytes().count(b"\n") == 2


def test_a_damaged_line_is_named(run: Path) -> None:
    (run / REVIEWS).write_text('{"decision": "maybe"}\n')
    with pytest.raises(UsageError, match=r"reviews\.jsonl:1: not a review"):
        ReviewDesk(run).queue("Ann")


def test_the_last_decision_of_a_reviewer_counts(run: Path) -> None:
    desk = ReviewDesk(run, ticking())
    desk.decide("t0", "accept", reviewer="Ann")
    desk.decide("t0", "reject", reviewer="Ann", note="two hotels")
    assert desk.item("t0").decided.status == "rejected"
    assert desk.item("t0").decided.reason == "two hotels"
    assert len(desk.item("t0").reviews) == 1


@pytest.mark.parametrize(
    ("given", "status", "label"),
    [
        (["accept"], "accepted", None),
        (["accept", "accept"], "accepted", None),
        (["skip"], "needs_review", None),
        (["skip", "accept"], "accepted", None),
        (["reject"], "rejected", None),
        (["accept", "reject"], "needs_review", None),
        (["correct", "correct"], "accepted", "7"),
        (["correct", "accept"], "needs_review", None),
    ],
)
def test_what_reviews_make_of_a_task(given: list[Decision], status: str, label: str | None) -> None:
    task = math_task(trip(1), 1, status="needs_review", accuracy=0.5)
    reviews = [
        Review(task_id=task.id, reviewer=f"r{n}", decision=decision, when=START,
               label="7" if decision == "correct" else "")
        for n, decision in enumerate(given)
    ]  # fmt: skip
    found = reviewed(task, reviews)
    assert (found.status, found.label) == (status, label or task.label)
    assert (found.derivation is None, found.accuracy is None) == (bool(label), bool(label))


def test_an_accepted_proof_stays_proved() -> None:
    task = math_task(trip(1), 1)
    yes = Review(task_id=task.id, reviewer="Ann", decision="accept", when=START)
    assert reviewed(task, [yes]).status == "verified"


def test_reviews_count_where_tasks_are_read(run: Path) -> None:
    desk = ReviewDesk(run, ticking())
    desk.decide("t0", "correct", reviewer="Ann", label="five")
    desk.decide("yn", "correct", reviewer="Ann", label="是")
    found = {posed.task.id: posed for posed in read_task_set(run).tasks}
    assert (found["t0"].task.label, found["t0"].answer) == ("5", "5")
    assert found["yn"].task.label == "yes"
    assert desk.item("t0").task.label != "5"


@pytest.mark.parametrize(
    ("task", "decision", "label", "why"),
    [
        ("t0", "correct", "yes", "is not a number"),
        ("t0", "correct", "about 5", "is not a number"),
        ("t0", "correct", "", "is not a number"),
        ("yn", "correct", "12", "is not yes or no"),
        ("t0", "accept", "5", "decide by"),
        ("t0", "maybe", "", "decide by"),
        ("../t0", "accept", "", "no task"),
    ],
)
def test_decisions_that_do_not_fit(
    run: Path, task: str, decision: Decision, label: str, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        ReviewDesk(run).decide(task, decision, reviewer="Ann", label=label)
    assert not (run / REVIEWS).exists()


def test_a_reviewer_has_a_name(run: Path) -> None:
    with pytest.raises(UsageError, match="--reviewer"):
        ReviewDesk(run).decide("t0", "accept", reviewer="  ")


def test_agreement_is_cohens_kappa(run: Path) -> None:
    """By hand: 3 of 4 agree; by chance (2·1 + 2·3) / 16 = 0.5; kappa is (0.75 - 0.5) / 0.5."""
    desk = ReviewDesk(run, ticking())
    for task, ann, ben in (
        ("t0", "accept", "reject"), ("t1", "accept", "accept"),
        ("t2", "reject", "reject"), ("t3", "reject", "reject"),
    ):  # fmt: skip
        desk.decide(task, ann, reviewer="Ann")  # type: ignore[arg-type]
        desk.decide(task, ben, reviewer="Ben")  # type: ignore[arg-type]
    desk.decide("yn", "accept", reviewer="Ben")
    desk.decide("yn", "skip", reviewer="Ann")
    desk.decide("yn", "accept", reviewer="Cem")
    [ann_ben, ben_cem] = desk.agreement()
    assert (ann_ben.reviewers, ann_ben.tasks, ann_ben.agreed) == (("Ann", "Ben"), 4, 0.75)
    assert ann_ben.kappa == pytest.approx(0.5)
    assert (ben_cem.reviewers, ben_cem.tasks, ben_cem.kappa) == (("Ben", "Cem"), 1, None)


def test_other_corrections_are_no_agreement(run: Path) -> None:
    desk = ReviewDesk(run, ticking())
    for who, label in (("Ann", "5"), ("Ben", "6")):
        desk.decide("t0", "correct", reviewer=who, label=label)
        desk.decide("t1", "correct", reviewer=who, label="7.0")
    [pair] = desk.agreement()
    assert pair.agreed == 0.5


def test_two_at_once_lose_nothing(run: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    desk = ReviewDesk(run, lambda: START)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: desk.decide("t0", "accept", reviewer=f"r{n}"), range(12)))
    assert len(read_reviews(run)["t0"]) == 12
