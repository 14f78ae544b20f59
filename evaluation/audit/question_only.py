"""Whether questions give their answers away: predicting labels without the dialogue."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from trialogue.evaluation.audit.check import LEVEL, Check, nothing, share
from trialogue.evaluation.corpus import Ints
from trialogue.evaluation.posed_task import PosedTask
from trialogue.evaluation.statistics import Estimate
from trialogue.evaluation.tokens import mostly_chinese, words, zh_characters

YES_NO = "yes or no that the question alone predicts better than chance"
NUMBERS = "numbers that the most similar other question has as well, more often than by chance"
FOLDS = 5
PERMUTATIONS = 200
_ROUNDING = 1e-12
_DEALT = 2000
_BLOCK = 512


def question_only(tasks: Sequence[PosedTask], seed: int) -> Check:
    """TF-IDF of words and word pairs into a logistic regression, five-fold cross-validated.

    `value` is the balanced accuracy, `expected` its mean over questions dealt anew, and `p` how
    often they do as well (Ojala & Garriga 2010).
    """
    asked = [posed.task for posed in tasks if posed.task.kind == "common_sense"]
    labels = [task.label for task in asked]
    rarest = min(Counter(labels).values(), default=0)
    if len({*labels}) < 2 or rarest < FOLDS:
        why = f"it takes {FOLDS} questions with yes and {FOLDS} with no"
        return nothing("question_only", YES_NO, why)
    if not any(grams(task.question) for task in asked):
        return nothing("question_only", YES_NO, "the questions have no words")
    score, expected, p = _predicted([task.question for task in asked], labels, seed)
    return Check(
        name="question_only",
        looks_for=YES_NO,
        state="fault" if p < LEVEL else "ok",
        found=f"balanced accuracy {score:.3f}, {expected:.3f} with questions dealt anew",
        value=Estimate(value=score, n=len(asked)),
        expected=expected,
        p=p,
    )


def _predicted(
    texts: Sequence[str], labels: Sequence[str], seed: int
) -> tuple[float, float, float]:
    """Balanced accuracy, its mean over questions dealt anew, and p.

    Each question is dealt a label with its fold, so that the folds stay stratified and nothing but
    the link between question and label is broken.
    """
    import sklearn
    from sklearn.model_selection import StratifiedKFold

    rows, truth = _vectors(texts), np.array(labels) == "yes"
    folds = [*StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(truth, truth)]
    rng = np.random.default_rng(seed)
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        score = _balanced_accuracy(rows, truth, folds)
        dealt = np.array(
            [
                _balanced_accuracy(rows[rng.permutation(len(truth))], truth, folds)
                for _ in range(PERMUTATIONS)
            ]
        )
    p = float((1 + np.sum(dealt >= score - _ROUNDING)) / (1 + PERMUTATIONS))
    return score, float(dealt.mean()), p


def _balanced_accuracy(rows: Any, truth: Any, folds: Sequence[tuple[Ints, Ints]]) -> float:
    """The mean over folds of the mean of both classes' shares of right predictions."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(class_weight="balanced", solver="liblinear", random_state=0)
    scores = []
    for train, test in folds:
        model.fit(rows[train], truth[train])
        right = (rows[test] @ model.coef_[0] + model.intercept_[0] > 0) == truth[test]
        scores.append((right[truth[test]].mean() + right[~truth[test]].mean()) / 2)
    return float(np.mean(scores))


def nearest_question(tasks: Sequence[PosedTask], seed: int) -> Check:
    """How often the nearest other question, by cosine of TF-IDF vectors, has the same number."""
    asked = [posed.task for posed in tasks if posed.task.kind == "math"]
    texts, labels = [task.question for task in asked], np.array([task.label for task in asked])
    if len(asked) < 2 * FOLDS or len({*labels}) < 2 or not any(map(grams, texts)):
        return nothing("nearest_question", NUMBERS, f"it takes {2 * FOLDS} numeric labels")
    nearest = _nearest(texts)
    rng = np.random.default_rng(seed)
    there = np.mean(labels[nearest] == labels)
    dealt = np.array([_same(rng.permutation(labels), nearest) for _ in range(_DEALT)])
    p = float((1 + np.sum(dealt >= there)) / (1 + _DEALT))
    expected = float(dealt.mean())
    return Check(
        name="nearest_question",
        looks_for=NUMBERS,
        state="fault" if p < LEVEL else "ok",
        found=f"{there:.1%} of nearest questions have the same number, {expected:.1%} by chance",
        value=share(round(there * len(asked)), len(asked)),
        expected=expected,
        p=p,
    )


def _nearest(texts: Sequence[str]) -> Ints:
    """The place of the most similar other text, the earliest of several."""
    rows = _vectors(texts)
    found = np.empty(len(texts), np.int64)
    for start in range(0, len(texts), _BLOCK):
        block = (rows[start : start + _BLOCK] @ rows.T).toarray()
        block[np.arange(len(block)), np.arange(start, start + len(block))] = -1
        found[start : start + _BLOCK] = block.argmax(axis=1)
    return found


def _same(labels: Any, nearest: Ints) -> float:
    return float(np.mean(labels[nearest] == labels))


def _vectors(texts: Sequence[str]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer=grams, sublinear_tf=True).fit_transform(texts)


def grams(text: str) -> list[str]:
    """Words and pairs of words; characters where the text is mostly Chinese."""
    cut = zh_characters(text) if mostly_chinese([text]) else words(text)
    return cut + [f"{a} {b}" for a, b in pairwise(cut)]
