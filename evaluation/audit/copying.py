"""Labels that can be copied, or reached by one operation on two figures that are said."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from trialogue.evaluation.audit.check import LEVEL, Case, Check, counted, nothing, share
from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.posed_task import PosedTask
from trialogue.evaluation.reasoning.amounts import figures_in
from trialogue.evaluation.reasoning.arithmetic import parse
from trialogue.evaluation.reasoning.refusals import Refused

VERBATIM = "labels that stand in the dialogue as a figure of their own, by value"
IN_QUESTION = "numeric labels that stand in the question"
ONE_STEP = "labels that one operation on two figures gives"
FEWEST = 2
_MOST_FIGURES = 200
_PERMUTATIONS = 2000
_PLACES = 6
Hits = npt.NDArray[np.bool_]


def verbatim_labels(tasks: Sequence[PosedTask], seed: int) -> Check:
    """Numeric labels that are a figure of their dialogue; chance is other tasks' labels there."""
    math = [posed for posed in tasks if posed.task.kind == "math"]
    if not math:
        return nothing("verbatim_labels", VERBATIM, "no task has a number as its label")
    hits = _Figures(math).hold(_said)
    cases = [
        _case(p, f"{p.task.label} is said")
        for p, hit in zip(math, hits.diagonal(), strict=True)
        if hit
    ]
    check = counted("verbatim_labels", VERBATIM, cases, len(math), "numeric labels are said")
    expected, _ = _by_chance(hits, seed)
    return check.model_copy(update={"expected": expected})


def labels_in_question(tasks: Sequence[PosedTask]) -> Check:
    """Numeric labels that the question itself says."""
    math = [posed for posed in tasks if posed.task.kind == "math"]
    if not math:
        return nothing("labels_in_question", IN_QUESTION, "no task has a number as its label")
    cases = [
        _case(posed, f"{posed.task.label} stands in the question")
        for posed in math
        if _number(posed) in _rounded(figures_in(posed.task.question))
    ]
    return counted("labels_in_question", IN_QUESTION, cases, len(math), "stand in the question")


def one_operation(tasks: Sequence[PosedTask], seed: int) -> Check:
    """Tasks whose derivation has one operation; without one, labels that one operation reaches.

    What two figures reach by chance is told by other tasks' labels: where more are reached than
    by chance, some are one-operation problems, though nobody can say which.
    """
    math = [posed for posed in tasks if posed.task.kind == "math"]
    derived = [posed for posed in math if posed.task.derivation is not None]
    if derived:
        cases = [
            _case(p, f"{count} operations") for p in derived if (count := _operations(p)) < FEWEST
        ]
        what = "derivations have fewer than two operations"
        return counted("one_operation", ONE_STEP, cases, len(derived), what)
    if not math:
        return nothing("one_operation", ONE_STEP, "no task has a number as its label")
    figures = _Figures(math)
    hits = figures.hold(_reached) & ~figures.hold(_said)
    expected, p = _by_chance(hits, seed)
    cases = [
        _case(one, "one operation reaches it")
        for one, h in zip(math, hits.diagonal(), strict=True)
        if h
    ]
    return Check(
        name="one_operation",
        looks_for=ONE_STEP,
        state="fault" if p is not None and p < LEVEL else "ok",
        found=f"{len(cases):,} of {len(math):,} are reached" + _told(expected),
        value=share(len(cases), len(math)),
        expected=expected,
        p=p,
        cases=tuple(cases),
    )


class _Figures:
    """The labels of N tasks, and the figures that their dialogues say."""

    def __init__(self, tasks: Sequence[PosedTask]) -> None:
        dialogues = {id(posed.dialogue): posed.dialogue for posed in tasks}
        self._labels = np.array([_number(posed) for posed in tasks])
        self._places = [id(posed.dialogue) for posed in tasks]
        self._said = {
            place: _rounded(figures_in("\n".join(turn.text for turn in dialogue.turns)))
            for place, dialogue in dialogues.items()
        }

    def hold(self, values: Callable[[Floats], Floats]) -> Hits:
        """Whether what comes of each dialogue's figures holds each label, (N, N)."""
        held = {
            place: np.isin(self._labels, values(figures[:_MOST_FIGURES]))
            for place, figures in self._said.items()
        }
        return np.array([held[place] for place in self._places])


def _said(figures: Floats) -> Floats:
    return figures


def _reached(figures: Floats) -> Floats:
    """Sums, differences, products and quotients of every two figures, both ways round."""
    a, b = figures[:, None], figures[None, :]
    different = ~np.eye(len(figures), dtype=bool)
    parts = [(a + b)[different], (a - b)[different], (a * b)[different]]
    divisible = different & (b != 0)
    parts.append(np.divide(a, b, where=divisible, out=np.zeros(divisible.shape))[divisible])
    return np.unique(np.round(np.abs(np.concatenate(parts)), _PLACES))


def _by_chance(hits: Hits, seed: int) -> tuple[float | None, float | None]:
    """The share of hits for labels dealt anew, and how often that is as much as there is."""
    size = len(hits)
    if size < FEWEST:
        return None, None
    rng, rows, there = np.random.default_rng(seed), np.arange(size), int(hits.diagonal().sum())
    dealt = np.array([hits[rows, rng.permutation(size)].sum() for _ in range(_PERMUTATIONS)])
    return float(dealt.mean() / size), float((1 + np.sum(dealt >= there)) / (1 + len(dealt)))


def _told(expected: float | None) -> str:
    return "" if expected is None else f", {expected:.1%} by chance"


def _rounded(figures: Iterable[Fraction]) -> Floats:
    values: Floats = np.array([float(figure) for figure in figures], np.float64)
    return np.unique(np.round(values, _PLACES))


def _number(posed: PosedTask) -> float:
    return round(abs(float(posed.task.label.replace(",", ""))), _PLACES)


def _operations(posed: PosedTask) -> int:
    assert posed.task.derivation is not None
    try:
        return parse(posed.task.derivation.expression).operations
    except Refused:
        return 0


def _case(posed: PosedTask, why: str) -> Case:
    return Case(id=posed.task.id, why=why)
