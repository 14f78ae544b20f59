"""How well one fitted tree agrees with people: `trialogue fit-metric` on real rated dialogues.

    python benchmarks/human_agreement.py [--data ../shared/data] [--repeats 5] [--shuffles 10]

For every file: Spearman's correlation of the best base metric chosen by each training part, and of
the fitted tree, both on 5 folds that neither saw, over several splits into folds; the same for
shuffled ratings, which must come to nothing; and what a tree fitted to one file is worth on the
others. Whole conversations stay in one fold.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from trialogue.evaluation.corpus import Corpus, Floats, Ints
from trialogue.evaluation.cross_validation import cross_validated
from trialogue.evaluation.folds import conversations, folds
from trialogue.evaluation.rank_agreement import spearman
from trialogue.evaluation.rating_evolution import RatingPlan
from trialogue.evaluation.rating_fit import PLAN, FitPlan, fitted
from trialogue.evaluation.views import viewed
from trialogue.memory.embedders import make_embedder
from trialogue.metric_fitting import chosen_leaves
from trialogue.rated_files import read_rated

FILES = {
    "FED dialogues": ("fed/dialogues.dev.jsonl", 0.50),
    "FED responses": ("fed/turns.dev.jsonl", 0.42),
    "GRADE responses": ("grade/turns.dev.jsonl", 0.30),
    "DSTC9 dialogues": ("dstc9/dev.jsonl", 0.18),
}
FOLDS = 5
QUICK = FitPlan(breeding=RatingPlan(generations=0))


class Study(NamedTuple):
    """A rated file: raw leaf values (D,), ratings (D,), conversations (D,), seconds to measure."""

    raw: dict[str, Floats]
    ratings: Floats
    groups: Ints
    seconds: float


def read(file: Path) -> Study:
    """The default leaves of a file's rated dialogues."""
    start = time.perf_counter()
    rated = read_rated(file)
    metrics, _ = chosen_leaves(None, with_embedder=True)
    dialogues = [d for d, there in zip(rated.dialogues, rated.there, strict=True) if there]
    raw = viewed(Corpus(dialogues, embedder=make_embedder()), metrics)
    seconds = time.perf_counter() - start
    return Study(raw, rated.given[rated.there], conversations(dialogues), seconds)


def best_single(study: Study, seed: int) -> float:
    """The mean over folds of the leaf that is best on the other folds, with its sign there."""
    part = folds(study.groups, FOLDS, np.random.default_rng([seed, 0]))
    found = []
    for fold in range(FOLDS):
        seen = part != fold
        signed = {
            name: _agreement(row[seen], study.ratings[seen]) for name, row in study.raw.items()
        }
        best = max(signed, key=lambda name: abs(signed[name]))
        kept = _agreement(study.raw[best][~seen], study.ratings[~seen])
        found.append(np.sign(signed[best]) * kept)
    return float(np.mean(found))


def _agreement(values: Floats, ratings: Floats) -> float:
    """Spearman with missing values at the mean; 0 where it is not defined."""
    there = np.isfinite(values)
    if not there.any():
        return 0.0
    found = spearman(np.where(there, values, values[there].mean()), ratings)
    return 0.0 if np.isnan(found) else found


def validated(
    study: Study, seed: int, ratings: Floats | None = None, plan: FitPlan = PLAN
) -> float:
    """The mean over folds of a fitted tree."""
    given = study.ratings if ratings is None else ratings
    found = cross_validated(study.raw, given, study.groups, count=FOLDS, seed=seed, plan=plan)
    return found.mean.value or 0.0


def told(values: Sequence[float]) -> str:
    """Mean and standard deviation."""
    return f"{np.mean(values):6.3f} ± {np.std(values):.3f}"


def agreement(studies: dict[str, Study], repeats: int, shuffles: int) -> None:
    """Print the first table."""
    head = ("file", "rated", "best leaf", "fitted tree", "asked for", "shuffled", "s a fit")
    print("{:16} {:>5}  {:14} {:14} {:>9}  {:14} {:>7}".format(*head))
    for name, study in studies.items():
        single = [best_single(study, seed) for seed in range(repeats)]
        start = time.perf_counter()
        tree = [validated(study, seed) for seed in range(repeats)]
        seconds = study.seconds + (time.perf_counter() - start) / repeats
        rng = np.random.default_rng(0)
        nothing = [
            validated(study, seed, rng.permutation(study.ratings), QUICK)
            for seed in range(shuffles)
        ]
        print(
            f"{name:16} {len(study.ratings):5} {told(single)} {told(tree)} "
            f"{FILES[name][1]:9.2f} {told(nothing)} {seconds:7.0f}",
            flush=True,
        )


def transfer(studies: dict[str, Study]) -> None:
    """Print what a tree fitted to one file (row) is worth on another (column)."""
    print("\nfitted to (row), Spearman on (column)")
    print(" " * 16, *(f"{name:>16}" for name in studies))
    for name, study in studies.items():
        tree = fitted(study.raw, study.ratings, study.groups, np.random.default_rng(0))
        cells = [
            "" if other is study else f"{spearman(tree.values(other.raw), other.ratings):.3f}"
            for other in studies.values()
        ]
        print(f"{name:16}", *(f"{cell:>16}" for cell in cells), flush=True)


def main() -> None:
    """Run both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--shuffles", type=int, default=10)
    options = parser.parse_args()
    studies = {name: read(options.data / file) for name, (file, _) in FILES.items()}
    agreement(studies, options.repeats, options.shuffles)
    transfer(studies)


if __name__ == "__main__":
    main()
