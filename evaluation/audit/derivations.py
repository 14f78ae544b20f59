"""Labels that their own derivation contradicts."""

from collections.abc import Iterator, Sequence

from trialogue.evaluation.audit.check import Case, Check, counted, nothing
from trialogue.evaluation.posed_task import PosedTask
from trialogue.evaluation.reasoning.proof import prove

CONTRADICTED = "labels whose derivation misquotes, does not evaluate, or gives something else"
# What makes a derivation wrong; others say that a task is too easy, which other checks look for.
_WEAK = frozenset({"one_step", "copyable", "idle_fact"})


def contradicted_labels(tasks: Sequence[PosedTask]) -> Check:
    """Every derivation is evaluated anew against the dialogue (METHOD §5)."""
    derived = [posed for posed in tasks if posed.task.derivation is not None]
    if not derived:
        why = f"none of {len(tasks):,} tasks has a derivation"
        return nothing("contradicted_labels", CONTRADICTED, why)
    cases = [case for posed in derived for case in _faults(posed)]
    what = "derivations do not hold"
    return counted("contradicted_labels", CONTRADICTED, cases, len(derived), what)


def _faults(posed: PosedTask) -> Iterator[Case]:
    for fault in prove(posed.task, posed.dialogue).faults:
        if fault.name not in _WEAK:
            yield Case(id=posed.task.id, why=str(fault))
