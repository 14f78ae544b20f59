"""A metric fitted to a file of ratings, and used on another."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from said import said
from word_embedder import WordEmbedder

from trialogue.errors import UsageError
from trialogue.evaluating import evaluate
from trialogue.evaluation.rating_evolution import RatingPlan
from trialogue.evaluation.rating_fit import FitPlan
from trialogue.metric_fitting import LEAVES, FittedMetric, chosen_leaves, fit_metric
from trialogue.rating_agreement import evaluate_against

DATA = Path(__file__).parents[1].parent / "shared" / "data"
QUICK = FitPlan(breeding=RatingPlan(population=10, generations=2))
FEW = ("turn_length", "question_share", "distinct_1_response", "user_share")


def fitted(file: Path, **more: Any) -> FittedMetric:
    return fit_metric(file, embedder=None, plan=QUICK, **more)


def rated(file: Path, count: int, seed: int = 0, **more: Any) -> Path:
    """Dialogues that people like the more the longer the user's turns are."""
    rng = np.random.default_rng(seed)
    words = [f"word{i}" for i in range(200)]
    rows = []
    for number in range(count):
        long = int(rng.integers(2, 20))
        lines = [
            " ".join(rng.choice(words, long if i % 2 == 0 else int(rng.integers(2, 20))))
            for i in range(6)
        ]
        turns = [{"speaker": t.speaker, "text": t.text} for t in said(*lines).turns]
        rating = long + float(rng.normal())
        rows.append({"id": str(number), "turns": turns, "ratings": {"overall": rating} | more})
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_a_metric_is_fitted_and_holds_on_other_dialogues(tmp_path: Path) -> None:
    told: list[str] = []
    here = rated(tmp_path / "dev.jsonl", 60, other=None)
    out = tmp_path / "m.json"
    found = fitted(here, out=out, leaves=FEW, told=told.append)
    assert found.cross_validation.mean.value is not None
    assert found.cross_validation.mean.value > 0.8
    assert (found.rating, found.rated, found.file) == ("overall", 60, str(out))
    assert found.nodes <= 25
    assert "turn_length@user" in found.formula
    assert [step for step in told if "fold" in step][-1] == "fitting without fold 5 of 5"
    again = fitted(here, leaves=FEW)
    assert again.metric == found.metric

    there = rated(tmp_path / "new.jsonl", 40, seed=1)
    agreement = evaluate_against(there, metric=out, metrics=["mtld"], embedder=None)
    [entry] = [one for one in agreement.entries() if one["name"] == "metric"]
    assert entry["spearman"]["value"] > 0.8
    assert len(entry["spearman"]["interval"]) == 2
    assert [one.name for one in agreement.metrics] == ["metric", "mtld"]
    [measured] = evaluate(there, metric=out, metrics=["mtld"], embedder=None).sets
    assert measured.metric("metric").estimate.n == 40


def test_the_only_rating_is_the_one_meant(tmp_path: Path) -> None:
    file = rated(tmp_path / "dev.jsonl", 30)
    file.write_text(file.read_text().replace('"overall"', '"coherent"'))
    assert fitted(file, leaves=FEW, folds=3).rating == "coherent"
    assert evaluate_against(file, metrics=["mtld"], embedder=None).rating == "coherent"
    with pytest.raises(UsageError, match="nothing is rated for 'overall'; there are coherent"):
        fit_metric(file, rating="overall", embedder=None)


def test_what_is_not_rated_is_left_out(tmp_path: Path) -> None:
    file = rated(tmp_path / "dev.jsonl", 45)
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    rows[3]["ratings"]["overall"] = None
    rows[4]["ratings"]["overall"] = float("nan")
    rows[5]["ratings"] = {}
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = fitted(file, leaves=FEW)
    assert (found.dialogues, found.rated) == (45, 42)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"folds": 1}, "at least 2 folds"),
        ({"folds": 20}, "takes 80"),
        ({"leaves": ["nowhere"]}, "no metric is called 'nowhere'"),
        ({"leaves": ["distinct_1_corpus"]}, "cannot be a leaf"),
        ({"leaves": ["mtld@last"]}, "cannot be a leaf"),
        ({"leaves": ["mtld@middle"]}, "no view"),
        ({"rating": "charm"}, "nothing is rated for 'charm'"),
        ({"leaves": ["trouble"]}, "needs an embedder"),
        ({"leaves": ["goal_coverage"]}, "tells these dialogues apart"),
        ({"out": "no/folder/m.json"}, "cannot be written"),
    ],
)
def test_what_a_person_can_mend(tmp_path: Path, given: dict[str, Any], told: str) -> None:
    file = rated(tmp_path / "dev.jsonl", 30)
    with pytest.raises(UsageError) as error:
        fit_metric(file, embedder=None, **given)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_ratings_that_say_nothing(tmp_path: Path) -> None:
    few, flat = rated(tmp_path / "few.jsonl", 19), rated(tmp_path / "flat.jsonl", 30)
    with pytest.raises(
        UsageError, match=r"few\.jsonl: 19 dialogues are rated for 'overall'; .* 20"
    ):
        fit_metric(few, embedder=None)
    rows = [
        json.loads(line) | {"ratings": {"overall": 3}} for line in flat.read_text().splitlines()
    ]
    flat.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(UsageError, match="nothing to agree with"):
        fit_metric(flat, embedder=None)


def test_leaves_by_name_by_view_and_all() -> None:
    _, usual = chosen_leaves(None, with_embedder=True)
    metrics, without = chosen_leaves(None, with_embedder=False)
    assert {name.partition("@")[0] for name in usual} == set(LEAVES)
    assert without < usual
    assert all("embedder" not in metric.needs for metric in metrics)
    _, some = chosen_leaves(["turn_length@last", "mtld", "sentences"], with_embedder=False)
    assert some == {"turn_length@last", "mtld"} | {
        f"sentences{view}" for view in ("", "@last", "@user", "@assistant")
    }
    _, everything = chosen_leaves(["all"], with_embedder=True)
    assert usual < everything
    assert not any(name.endswith("_corpus") for name in everything)


def test_another_embedder_than_the_files_is_not_used(tmp_path: Path) -> None:
    file = rated(tmp_path / "dev.jsonl", 30)
    out = tmp_path / "m.json"
    found = fit_metric(file, out=out, leaves=["embedding_coherence"], embedder="hash", plan=QUICK)
    assert found.metric.embedder == "hash"
    with pytest.raises(UsageError, match="needs the embedder hash; leave out --no-embedder"):
        evaluate_against(file, metric=out, embedder=None)
    other = WordEmbedder()
    [entry] = evaluate_against(file, metric=out, metrics=[], embedder=other).entries()
    assert entry["spearman"]["value"] == pytest.approx(found.training)
    assert not other.embedded


def test_people_agree_with_a_tree_that_has_not_seen_their_ratings() -> None:
    path = DATA / "fed" / "dialogues.dev.jsonl"
    if not path.exists():
        pytest.skip("../shared/data/fed is not here")
    found = fit_metric(path, plan=QUICK)
    assert found.cross_validation.mean.value is not None
    assert found.cross_validation.mean.value >= 0.5
    assert found.nodes <= 25
