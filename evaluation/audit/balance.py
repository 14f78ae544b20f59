"""How labels are distributed: yes against no, and the commonest number."""

from collections import Counter
from collections.abc import Sequence

from trialogue.evaluation.audit.check import Check, nothing, share
from trialogue.evaluation.posed_task import PosedTask

BALANCE = "a share of yes outside 45% to 55% (METHOD §5)"
COMMONEST = "what always answering the commonest number would get"
LOWEST, HIGHEST = 0.45, 0.55


def class_balance(tasks: Sequence[PosedTask]) -> Check:
    """The share of yes among yes and no; `p` is of the two-sided binomial test against a half."""
    from scipy.stats import binomtest

    labels = [posed.task.label for posed in tasks if posed.task.kind == "common_sense"]
    if not labels:
        return nothing("class_balance", BALANCE, "no task is answered by yes or no")
    yes = labels.count("yes")
    balanced = LOWEST <= yes / len(labels) <= HIGHEST
    return Check(
        name="class_balance",
        looks_for=BALANCE,
        state="ok" if balanced else "fault",
        found=f"{yes:,} yes and {len(labels) - yes:,} no; two-sided test against a half",
        value=share(yes, len(labels)),
        expected=0.5,
        p=float(binomtest(yes, len(labels)).pvalue),
    )


def commonest_number(tasks: Sequence[PosedTask]) -> Check:
    """The share of the commonest numeric label, the earliest of several."""
    labels = Counter(posed.task.label for posed in tasks if posed.task.kind == "math")
    if not labels:
        return nothing("commonest_number", COMMONEST, "no task has a number as its label")
    [(label, count)] = labels.most_common(1)
    return Check(
        name="commonest_number",
        looks_for=COMMONEST,
        state="note",
        found=f"{label} is the label {count:,} times; there are {len(labels):,} different ones",
        value=share(count, labels.total()),
    )
