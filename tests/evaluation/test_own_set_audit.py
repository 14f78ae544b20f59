"""A set of our own goes through the audit that others' sets go through."""

import pytest
from made_stories import story

from trialogue.evaluation.audit import audit_tasks, question_only
from trialogue.evaluation.posed_task import PosedTask
from trialogue.evaluation.reasoning.math_plans import math_plans
from trialogue.evaluation.reasoning.plans import tasks_of
from trialogue.evaluation.reasoning.sense_plans import sense_plans
from trialogue.task_book import dealt


def own_set(stories: int) -> list[PosedTask]:
    """Two math tasks and a pair on each story, as code draws them, in the order of the file."""
    posed: dict[str, PosedTask] = {}
    for seed in range(stories):
        on = story(seed, "en")
        plans = [*math_plans(on, 2, seed=0), *sense_plans(on, 1, seed=0)]
        for number, plan in enumerate(plans):
            for task in tasks_of(plan, plan.question, on, f"{seed}-{number}"):
                posed[task.id] = PosedTask(task, on, task.label)
    return [posed[task.id] for task in dealt(one.task for one in posed.values())]


def test_only_twins_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two questions of a pair repeat one another on purpose; nothing else is amiss."""
    monkeypatch.setattr(question_only, "PERMUTATIONS", 39)
    found = audit_tasks("own", own_set(40))
    assert found.tasks == 160
    assert [check.name for check in found.faults] == ["repeated_questions"]
    checks = {check.name: check for check in found.checks}
    for name, share in (("verbatim_labels", 0), ("class_balance", 0.5)):
        value = checks[name].value
        assert value is not None
        assert value.value == share
