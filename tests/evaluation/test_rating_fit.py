"""Trees fitted to ratings: what they find, and what they must not see."""

import numpy as np
import pytest
from said import said

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.cross_validation import CrossValidation, cross_validated
from trialogue.evaluation.folds import conversations, folds
from trialogue.evaluation.rank_agreement import spearman, spearman_rows
from trialogue.evaluation.rating_evolution import RatingPlan
from trialogue.evaluation.rating_fit import FitPlan, fitted
from trialogue.evaluation.trees import leaves, size
from trialogue.evaluation.weighted_sums import weighted_sum

SUMS_ONLY = FitPlan(breeding=RatingPlan(generations=0))


def drawn(count: int, names: int, seed: int = 0) -> dict[str, Floats]:
    rng = np.random.default_rng(seed)
    return {f"leaf{i}": rng.normal(size=count) for i in range(names)}


def noisy(values: Floats, noise: float = 0.5) -> Floats:
    added: Floats = values.std() * np.random.default_rng(7).normal(size=len(values))
    return values + noise * added


def validated(
    raw: dict[str, Floats], ratings: Floats, plan: FitPlan = SUMS_ONLY
) -> CrossValidation:
    return cross_validated(raw, ratings, np.arange(len(ratings)), count=5, seed=0, plan=plan)


def test_correlations_of_rows_are_scipys() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    values, ratings = rng.integers(0, 5, (4, 30)).astype(float), rng.normal(size=30).round(1)
    values[3] = 2
    found = spearman_rows(values, ratings)
    assert found[:3] == pytest.approx([spearmanr(row, ratings).statistic for row in values[:3]])
    assert np.isnan(found[3])
    assert spearman_rows(values, np.tile(ratings, (4, 1)))[:3] == pytest.approx(found[:3])


def test_a_sum_finds_the_leaves_that_matter() -> None:
    raw = drawn(300, 30)
    ratings = noisy(2 * raw["leaf3"] - raw["leaf11"])
    tree = weighted_sum(raw, ratings, most=2, strength=3.0)
    found = {leaf.name: leaf.weight for leaf in leaves(tree)}
    assert found["leaf3"] == 1
    assert found["leaf11"] == pytest.approx(-0.5, abs=0.15)


def test_leaves_that_are_alike_or_missing_do_no_harm() -> None:
    raw = drawn(120, 4)
    raw |= {"twin": raw["leaf0"].copy(), "flat": np.ones(120), "none": np.full(120, np.nan)}
    raw["leaf1"][::3] = np.nan
    tree = fitted(raw, noisy(raw["leaf0"]), np.arange(120), np.random.default_rng(0), SUMS_ONLY)
    assert {"leaf0", "twin"} & set(tree.standards)
    assert not {"flat", "none"} & set(tree.standards)
    assert np.isfinite(tree.values({name: np.full(3, np.nan) for name in raw})).all()


def test_cross_validation_says_what_new_data_say() -> None:
    raw, new = drawn(200, 20), drawn(2000, 20, seed=1)
    ratings = noisy(raw["leaf0"] + raw["leaf1"], 1.0)
    found = validated(raw, ratings)
    tree = fitted(raw, ratings, np.arange(200), np.random.default_rng(0), SUMS_ONLY)
    expected = spearman(tree.values(new), noisy(new["leaf0"] + new["leaf1"], 1.0))
    assert found.mean.value == pytest.approx(expected, abs=0.1)
    assert found.mean.interval is not None
    assert found.mean.interval[0] < expected < found.mean.interval[1]
    assert sum(fold.dialogues for fold in found.folds) == found.mean.n == 200


def test_ratings_without_sense_come_to_nothing() -> None:
    raw = drawn(150, 60)
    rng = np.random.default_rng(5)
    means = [validated(raw, rng.normal(size=150)).mean.value or 0.0 for _ in range(8)]
    assert abs(float(np.mean(means))) < 0.1


def test_a_fold_is_never_seen_by_its_tree() -> None:
    raw, groups = drawn(100, 8), np.arange(100)
    ratings = noisy(raw["leaf0"])
    part = folds(groups, 5, np.random.default_rng([0, 0]))
    before = validated(raw, ratings).folds[2].formula
    other = {name: np.where(part == 2, 100 + row[::-1], row) for name, row in raw.items()}
    changed = validated(other, np.where(part == 2, -50.0, ratings)).folds
    assert changed[2].formula == before
    assert changed[1].formula != validated(raw, ratings).folds[1].formula


@pytest.mark.parametrize("planted", ["min", "plain"])
def test_evolution_is_taken_only_where_it_proves_itself(planted: str) -> None:
    raw = drawn(400, 4)
    truth = {"min": np.minimum(raw["leaf0"], -raw["leaf1"]) ** 3, "plain": raw["leaf0"]}[planted]
    ratings = noisy(truth, 0.3)
    plan = FitPlan(breeding=RatingPlan(generations=12))
    bred = fitted(raw, ratings, np.arange(400), np.random.default_rng(1), plan)
    begun = fitted(raw, ratings, np.arange(400), np.random.default_rng(1), SUMS_ONLY)
    new = drawn(2000, 4, seed=3)
    wanted = {"min": np.minimum(new["leaf0"], -new["leaf1"]), "plain": new["leaf0"]}[planted]
    gain = spearman(bred.values(new), wanted) - spearman(begun.values(new), wanted)
    if planted == "min":
        assert bred.bred
        assert gain > 0.03
    else:
        assert gain > -0.02
    assert size(bred.tree) <= 25
    again = fitted(raw, ratings, np.arange(400), np.random.default_rng(1), plan)
    assert again.tree == bred.tree


def test_dialogues_without_differences_cannot_be_fitted() -> None:
    with pytest.raises(UsageError, match="tells these dialogues apart"):
        fitted({"flat": np.ones(30)}, np.arange(30.0), np.arange(30), np.random.default_rng(0))


def test_cuts_and_rivals_of_one_conversation_are_kin() -> None:
    whole = ("Hi!", "Hello.", "Is it paid?", "Yes.", "All of it?", "All.")
    dialogues = [
        said(*whole),
        said(*whole[:4]),
        said("One", "Two", "answer"),
        said("One", "Two", "another answer"),
        said("Hi!", "Hello.", "And the train?"),
        said("Hi!"),
    ]
    found = conversations(dialogues)
    assert found[0] == found[1]
    assert found[2] == found[3]
    assert len(set(found.tolist())) == 4


def test_folds_keep_kin_together_and_are_even() -> None:
    groups = np.repeat(np.arange(40), 3)
    part = folds(groups, 5, np.random.default_rng(0))
    assert np.bincount(part).tolist() == [24] * 5
    assert all(len(set(part[groups == group])) == 1 for group in range(40))
    assert (folds(groups, 5, np.random.default_rng(1)) != part).any()
