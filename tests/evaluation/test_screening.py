"""Screening: which trees are never scored, and how many that were."""

import numpy as np
import pytest

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.screening import Screen, rank_key
from trialogue.evaluation.trees import Leaf, parse

REFERENCE = {"a": np.array([1.0, 2.0, 3.0, -1.0]), "b": np.array([0.5, -0.5, 0.0, 2.0])}
WORSE = {"a": REFERENCE["a"] - 1, "b": REFERENCE["b"]}


def _screen(share: float = 0.5) -> Screen:
    return Screen(REFERENCE, {"shuffled": WORSE, "cut": REFERENCE}, share)


@pytest.mark.parametrize(
    ("text", "outcome", "wins"),
    [
        ("a", "accepted", 0.75),
        ("b", "accepted", 0.5),
        ("-a", "prefers_corrupted", 0.25),
        ("0*a", "constant", None),
        ("1e-12*a", "constant", None),
        ("(3*a)^2^2^2^2^2^2^2^2^2^2^2", "non_finite", None),
    ],
)
def test_outcomes(text: str, outcome: str, wins: float | None) -> None:
    verdict = _screen().screened([parse(text)])[0]
    assert verdict.outcome == outcome
    assert verdict.rejected == (outcome != "accepted")
    if wins is not None:
        assert verdict.wins == wins


def test_how_often_originals_must_win_can_be_set() -> None:
    assert _screen(0.6).screened([Leaf("b")])[0].outcome == "prefers_corrupted"
    assert _screen(0.76).screened([Leaf("a")])[0].outcome == "prefers_corrupted"


def test_a_tree_that_always_likes_one_kind_better_is_out() -> None:
    better = {"a": REFERENCE["a"] + 1, "b": REFERENCE["b"]}
    kinds = {"shuffled": WORSE, "cut": WORSE, "repeated": better}
    [strict] = Screen(REFERENCE, kinds).screened([Leaf("a")])
    assert strict.outcome == "prefers_corrupted"
    assert strict.wins == pytest.approx(2 / 3)
    assert strict.kinds == {"shuffled": 1.0, "cut": 1.0, "repeated": 0.0}
    [mild] = Screen(REFERENCE, kinds, floor=0.0).screened([Leaf("a")])
    assert mild.outcome == "accepted"


def test_without_corruptions_nothing_is_preferred() -> None:
    verdict = Screen(REFERENCE, {}).screened([parse("-a")])[0]
    assert (verdict.outcome, verdict.wins) == ("accepted", None)


def test_a_tree_of_the_same_order_names_the_earlier_one() -> None:
    screen = _screen()
    first, second = Leaf("a"), parse("exp(2*a)")
    assert [v.outcome for v in screen.screened([first, second])] == ["accepted", "equivalent"]
    later = screen.screened([parse("3*a"), Leaf("b")])
    assert [v.earlier for v in later] == [first, None]
    assert not later[0].rejected
    assert later[0].key == screen.screened([first])[0].key


def test_what_screening_saved_is_counted_and_told() -> None:
    screen = _screen()
    texts = ("a", "2*a", "-a", "0*b", "b", "(3*a)^2^2^2^2^2^2^2^2^2^2^2")
    screen.screened([parse(text) for text in texts])
    counts = screen.counts
    assert (counts.accepted, counts.equivalent, counts.saved) == (2, 1, 4)
    assert (counts.constant, counts.prefers_corrupted, counts.non_finite) == (1, 1, 1)
    assert counts.told(calls=30) == (
        "4 of 6 trees were not scored: 1 constant, 1 not finite, 1 preferring corrupted "
        "dialogues, 1 equivalent to an earlier one; this saved 120 model calls"
    )


def test_a_key_is_of_the_order_and_not_of_rounding() -> None:
    values = np.array([0.1, 0.2, 0.30000000000000004, 0.3])
    assert rank_key(values) == rank_key(np.array([1.0, 2.0, 3.0, 3.0]))
    assert rank_key(values) != rank_key(np.array([1.0, 2.0, 3.0, 4.0]))
    assert rank_key(values) != rank_key(-values)
    assert rank_key(1e300 * values) == rank_key(1e-300 * values)


@pytest.mark.parametrize(
    ("reference", "corrupted"),
    [
        ({}, {}),
        ({"a": np.array([1.0])}, {}),
        (REFERENCE, {"cut": {"a": REFERENCE["a"]}}),
        (REFERENCE, {"cut": {name: row[:3] for name, row in REFERENCE.items()}}),
    ],
)
def test_a_screen_needs_pairs(
    reference: dict[str, Floats], corrupted: dict[str, dict[str, Floats]]
) -> None:
    with pytest.raises(UsageError):
        Screen(reference, corrupted)
