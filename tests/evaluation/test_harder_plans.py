"""Plans drawn after a hard example: more steps, proved, never the same again."""

import pytest
from made_stories import story

from trialogue.evaluation.reasoning.arithmetic import parse
from trialogue.evaluation.reasoning.harder_plans import harder_plans, long_sums, operations_of
from trialogue.evaluation.reasoning.math_plans import math_plans
from trialogue.evaluation.reasoning.plans import Plan, tasks_of
from trialogue.evaluation.reasoning.proof import prove
from trialogue.records import Derivation, ReasoningTask, TaskKind


def steps(plan: Plan) -> int:
    return parse(plan.derivation.expression).operations


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", ["math", "common_sense"])
def test_they_take_as_many_steps_as_the_example(language: str, kind: TaskKind) -> None:
    for number in range(4):
        dialogue = story(number, language)
        [plan] = harder_plans(dialogue, {kind: 1}, above={kind: 3}, like={kind: 6}, seed=1)
        assert plan.kind == kind
        assert steps(plan) >= 4
        tasks = list(tasks_of(plan, plan.question, dialogue, "t"))
        assert len(tasks) == (1 if kind == "math" else 2)
        assert all(prove(task, dialogue).holds for task in tasks)


def test_where_more_steps_cannot_be_had_it_is_another_one() -> None:
    dialogue = story(1)
    [plan] = harder_plans(dialogue, {"math": 1}, above={"math": 39}, like={}, seed=1)
    assert 2 <= steps(plan) < 39


def test_nothing_that_was_there_is_made_again() -> None:
    dialogue = story(2)
    before: list[ReasoningTask] = []
    for _ in range(5):
        [plan] = harder_plans(dialogue, {"math": 1}, above={}, like={}, before=before, seed=1)
        assert plan.derivation.expression not in {
            task.derivation.expression for task in before if task.derivation
        }
        before += tasks_of(plan, plan.question, dialogue, f"t{len(before)}")


def test_the_same_seed_draws_the_same() -> None:
    dialogue, wanted = story(3), {"math": 2, "common_sense": 1}
    first, second, other = (
        harder_plans(dialogue, wanted, above={}, like={}, seed=seed)  # type: ignore[arg-type]
        for seed in (1, 1, 2)
    )
    assert first == second != other


def test_the_amounts_of_long_sums_are_close() -> None:
    for plan in long_sums(story(4), 3, (4, 12), seed=0):
        assert plan.swap is not None
        low, high = sorted(map(float, plan.swap))
        assert 1 < high / low < 1.12


def test_dialogues_without_figures_give_nothing() -> None:
    bare = story(1).model_copy(update={"trajectory": ()})
    wanted = {"math": 1, "common_sense": 1}
    assert harder_plans(bare, wanted, above={}, like={}, seed=1) == []  # type: ignore[arg-type]


def test_operations_of_what_has_no_derivation() -> None:
    [plan] = math_plans(story(1), 1, seed=0)
    [task] = tasks_of(plan, plan.question, story(1), "t")
    assert operations_of(task) == steps(plan) >= 2
    assert operations_of(task.model_copy(update={"derivation": None})) == 0
    broken = Derivation(expression="a +* b")
    assert operations_of(task.model_copy(update={"derivation": broken})) == 0
