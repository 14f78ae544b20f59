"""Which tasks are taken: what their proof says, and what solvers make of them."""

from collections.abc import Sequence

from trialogue.evaluation.reasoning.proof import prove
from trialogue.evaluation.reasoning.question import same_words
from trialogue.evaluation.reasoning.refusals import Refusal
from trialogue.evaluation.reasoning.solving import agreed, agreed_otherwise
from trialogue.records import Dialogue, ReasoningTask, TaskStatus


def checked(
    task: ReasoningTask,
    dialogue: Dialogue,
    group: Sequence[ReasoningTask],
    earlier: Sequence[ReasoningTask],
) -> ReasoningTask:
    """The task with the status and the reason that its proof gives it."""
    proof = prove(task, dialogue)
    faults = [*proof.faults, *_among(task, group, earlier)]
    if faults:
        return _with(task, "rejected", faults[0])
    if proof.doubts:
        return _with(task, "needs_review", proof.doubts[0])
    return task.model_copy(
        update={"status": "verified", "unit": proof.unit, "label": proof.label, "reason": ""}
    )


def _among(
    task: ReasoningTask, group: Sequence[ReasoningTask], earlier: Sequence[ReasoningTask]
) -> list[Refusal]:
    """What is wrong with a task beside its twin and beside the others."""
    if len(group) == 2 and not same_words(group[0].question, group[1].question):
        return [Refusal("other_words", "the questions of the pair differ in more than figures")]
    for other in earlier:
        if " ".join(other.question.split()) == " ".join(task.question.split()):
            return [Refusal("duplicate", f"it is the question of {other.id}")]
    return []


def judged(task: ReasoningTask) -> ReasoningTask:
    if task.status != "verified":
        return task
    if task.kind == "common_sense" and not agreed(task.solvers, task.label):
        return _with(task, "needs_review", Refusal("no_agreement", "the solvers do not agree"))
    other = agreed_otherwise(task.solvers, task.label)
    if other is not None:
        why = f"all solvers answer {other}"
        return _with(task, "needs_review", Refusal("solvers_disagree", why))
    return task


def of_one_fate(group: Sequence[ReasoningTask]) -> list[ReasoningTask]:
    """The tasks of a pair as the worse of them, so that yes and no stay even."""
    order: list[TaskStatus] = ["rejected", "needs_review", "verified", "accepted"]
    worst = min(group, key=lambda task: order.index(task.status))
    return [
        task
        if task.status == worst.status
        else _with(task, worst.status, Refusal("its_twin", worst.reason.partition(":")[0]))
        for task in group
    ]


def _with(task: ReasoningTask, status: TaskStatus, why: Refusal) -> ReasoningTask:
    return task.model_copy(update={"status": status, "reason": str(why)})


def renamed(task: ReasoningTask, tries: int) -> ReasoningTask:
    """Tries for one place are told apart by their number."""
    return task.model_copy(update={"id": f"{task.id}-try{tries}"})
