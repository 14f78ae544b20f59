"""What an audit finds where it was planted, and that it finds nothing where nothing is."""

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from made_tasks import math_task, posed, trip, yes_no_task

from trialogue.evaluation.audit import Audit, Check, audit_tasks
from trialogue.evaluation.audit import question_only as module
from trialogue.evaluation.audit.answers import answer_types, form
from trialogue.evaluation.audit.balance import class_balance, commonest_number
from trialogue.evaluation.audit.copying import labels_in_question, one_operation, verbatim_labels
from trialogue.evaluation.audit.derivations import contradicted_labels
from trialogue.evaluation.audit.order import order, runs_test
from trialogue.evaluation.audit.question_only import nearest_question, question_only
from trialogue.evaluation.audit.repetition import (
    differing_labels,
    repeated_dialogues,
    repeated_questions,
)
from trialogue.evaluation.posed_task import PosedTask
from trialogue.records import Derivation, ReasoningTask

WORDS = ("hotel", "taxi", "train", "lunch", "visa", "meal", "flight", "fuel", "tram", "ferry")


@pytest.fixture(autouse=True)
def few_permutations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PERMUTATIONS", 39)


def math_set(count: int, **given: Any) -> list[PosedTask]:
    """Math tasks, each on a dialogue of its own; values of `given` may be functions of a number."""
    dialogues = [trip(number) for number in range(count)]
    made = [
        math_task(one, n, **{key: v(n) if callable(v) else v for key, v in given.items()})
        for n, one in enumerate(dialogues)
    ]
    return posed(made, dialogues)


def yes_no_set(labels: Sequence[str], questions: Sequence[str]) -> list[PosedTask]:
    dialogues = [trip(number) for number in range(len(labels))]
    made = [
        yes_no_task(one, label, question=question)
        for one, label, question in zip(dialogues, labels, questions, strict=True)
    ]
    return posed(made, dialogues)


def drawn(seed: int, count: int = 60) -> list[PosedTask]:
    """Questions in random words with labels that have nothing to do with them."""
    rng = random.Random(seed)
    questions = [f"Is the {' '.join(rng.sample(WORDS, 4))} paid?" for _ in range(count)]
    labels = ["yes", "no"] * (count // 2)
    rng.shuffle(labels)
    return yes_no_set(labels, questions)


def ids(check: Check) -> set[str]:
    return {case.id for case in check.cases}


def test_labels_that_are_said() -> None:
    tasks = math_set(20)
    clean = verbatim_labels(tasks, 0)
    assert (clean.state, clean.value and clean.value.value) == ("ok", 0)
    tasks[3] = PosedTask(math_task(tasks[3].dialogue, 3, label="431"), tasks[3].dialogue)
    tasks[7] = PosedTask(math_task(tasks[7].dialogue, 7, label="5.0"), tasks[7].dialogue)
    found = verbatim_labels(tasks, 0)
    assert (found.state, ids(found)) == ("fault", {"desk-0003-m", "desk-0007-m"})
    assert found.found.startswith("2 of 20")


def test_a_part_of_a_figure_is_not_said() -> None:
    tasks = math_set(12, label=lambda n: str(100 * (410 + 7 * n)))
    assert verbatim_labels(tasks, 0).state == "ok"


def test_labels_in_the_question() -> None:
    tasks = math_set(5, question=lambda n: f"Did it cost {'1,234' if n == 2 else 'more'}?",
                     label="1234")  # fmt: skip
    assert ids(labels_in_question(tasks)) == {"desk-0002-m"}


def test_one_operation_by_derivation() -> None:
    tasks = math_set(6)
    assert one_operation(tasks, 0).state == "ok"
    short = Derivation(facts=tasks[1].task.derivation.facts, expression="nights * price")  # type: ignore[union-attr]
    tasks[1] = PosedTask(tasks[1].task.model_copy(update={"derivation": short}), tasks[1].dialogue)
    assert ids(one_operation(tasks, 0)) == {"desk-0001-m"}


def test_one_operation_without_a_derivation() -> None:
    one = math_set(40, derivation=None, label=lambda n: str((3 + n % 5) * (410 + 7 * n)))
    found = one_operation(one, 0)
    assert (found.state, len(found.cases)) == ("fault", 40)
    assert found.expected is not None
    assert found.expected < 0.2
    far = math_set(40, derivation=None, label=lambda n: str(10**7 + n))
    assert (one_operation(far, 0).state, one_operation(far, 0).cases) == ("ok", ())


def test_very_many_figures_are_no_trouble() -> None:
    tasks = math_set(3, derivation=None)
    turn = tasks[0].dialogue.turns[0]
    long = turn.model_copy(update={"text": " ".join(str(n * 1.5) for n in range(5000))})
    dialogue = tasks[0].dialogue.model_copy(update={"turns": (long,)})
    assert one_operation([PosedTask(tasks[0].task, dialogue), *tasks[1:]], 0).state == "ok"


def test_contradicted_labels() -> None:
    tasks = math_set(8)
    assert contradicted_labels(tasks).state == "ok"
    wrong = tasks[0].task.model_copy(update={"label": "1"})
    other = tasks[2].dialogue.model_copy(update={"turns": tasks[3].dialogue.turns})
    found = contradicted_labels(
        [PosedTask(wrong, tasks[0].dialogue), tasks[1], PosedTask(tasks[2].task, other)]
    )
    assert ids(found) == {"desk-0000-m", "desk-0002-m"}
    assert {case.why.partition(":")[0] for case in found.cases} == {"wrong_label", "misquoted"}
    assert contradicted_labels(math_set(2, derivation=None)).state == "none"


def test_one_question_with_two_labels() -> None:
    tasks = math_set(4)
    again = tasks[1].task.model_copy(update={"id": "again", "label": "9"})
    found = differing_labels([*tasks, PosedTask(again, tasks[1].dialogue)])
    assert ids(found) == {"desk-0001-m", "again"}
    assert differing_labels(tasks).state == "ok"


def test_balance() -> None:
    even = class_balance(yes_no_set(["yes", "no"] * 10, ["?"] * 20))
    assert (even.state, even.p) == ("ok", 1.0)
    odd = class_balance(yes_no_set(["yes"] * 5 + ["no"] * 15, ["?"] * 20))
    assert odd.state == "fault"
    assert odd.value is not None
    assert (odd.value.value, odd.value.n) == (0.25, 20)
    assert class_balance(math_set(3)).state == "none"
    assert commonest_number(math_set(5, label="7")).found.startswith("7 is the label 5 times")


def test_a_question_that_gives_its_answer_away() -> None:
    labels = ["yes", "no"] * 15
    questions = [f"Is {WORDS[n % 7]} {'surely' if n % 2 == 0 else 'hardly'} paid?"
                 for n in range(30)]  # fmt: skip
    found = question_only(yes_no_set(labels, questions), 0)
    assert found.state == "fault"
    assert found.value is not None
    assert found.value.value == 1.0
    assert found.p == pytest.approx(1 / (1 + module.PERMUTATIONS))


def test_questions_that_say_nothing_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the null the p is uniform: of twelve sets about half have p below a half."""
    monkeypatch.setattr(module, "PERMUTATIONS", 19)
    found = [question_only(drawn(seed, 40), 0).p or 0.0 for seed in range(12)]
    assert sum(p < 0.5 for p in found) in range(2, 11)
    assert sum(p <= 0.05 for p in found) <= 3


def test_the_same_question_with_both_labels_gives_nothing_away() -> None:
    tasks = yes_no_set(["yes", "no"] * 10, ["Is the taxi cheaper than a night?"] * 20)
    assert question_only(tasks, 0).state == "ok"


def test_chinese_questions_are_read_by_characters() -> None:
    assert module.grams("能报销吗") == ["能", "报", "销", "吗", "能 报", "报 销", "销 吗"]


@pytest.mark.parametrize("count", [0, 4, 8])
def test_too_few_questions_are_not_judged(count: int) -> None:
    tasks = yes_no_set(["yes", "no"] * (count // 2), ["Is it paid?"] * count)
    assert question_only(tasks, 0).state == "none"
    assert question_only(yes_no_set(["yes"] * 20, ["Paid?"] * 20), 0).state == "none"
    assert question_only(yes_no_set(["yes", "no"] * 10, ["?!"] * 20), 0).state == "none"


def test_numbers_that_go_with_the_question() -> None:
    given = math_set(30, question=lambda n: f"How much is the {WORDS[n % 10]} for all days?",
                     label=lambda n: str(1000 + n % 10))  # fmt: skip
    found = nearest_question(given, 0)
    assert (found.state, found.value and found.value.value) == ("fault", 1.0)
    assert nearest_question(math_set(30), 0).state == "ok"
    assert nearest_question(math_set(9), 0).state == "none"


def test_repetition() -> None:
    texts = [f"What does the {a} to the {b} and back cost in all, with its {c} fee?"
             for a, b, c in zip(WORDS, WORDS[3:], WORDS[5:], strict=False)]  # fmt: skip
    tasks = math_set(len(texts), question=lambda n: texts[n])
    assert repeated_questions(tasks).state == "ok"
    shouted = tasks[0].task.model_copy(update={"id": "shout", "question": f"  {texts[0].upper()}"})
    found = repeated_questions([*tasks, PosedTask(shouted, tasks[0].dialogue)])
    assert [(case.id, case.why) for case in found.cases] == [("shout", "as desk-0000-m")]
    assert repeated_dialogues(tasks).state == "ok"
    copied = tasks[2].dialogue.model_copy(update={"id": "copy"})
    found = repeated_dialogues([*tasks, PosedTask(tasks[2].task, copied)])
    assert ids(found) == {"copy"}


def test_order() -> None:
    mixed = [n * 7919 % 31 for n in range(30)]
    labels = ["yes" if n % 2 else "no" for n in mixed]
    assert order(yes_no_set(labels, ["?"] * 30)).state == "ok"
    assert order(yes_no_set(sorted(labels), ["?"] * 30)).state == "fault"
    assert order([*math_set(20), *yes_no_set(labels, ["?"] * 30)]).state == "fault"
    assert order(math_set(30, label=lambda n: str(n * n))).state == "fault"
    assert order(math_set(3)).state == "none"


def test_the_runs_test_is_the_known_one() -> None:
    """Six runs of five and five: as expected, so p is 1; two runs: z = -4 / sqrt(20 / 9)."""
    assert runs_test([True, False, False, True, True, False, False, True, True, False]) == 1.0
    blocks = runs_test([True] * 5 + [False] * 5)
    assert blocks == pytest.approx(0.00729, abs=1e-4)
    rng = np.random.default_rng(0)
    small = [runs_test(list(rng.permutation([True] * 20 + [False] * 20))) for _ in range(200)]
    assert 0.01 <= np.mean(np.array(small) < 0.05) <= 0.1


def test_answers_in_several_notations() -> None:
    tasks = math_set(6)
    answers: list[object] = ["2", "2.5", "3.0", "1,200", 7, 2.0]
    shown = [PosedTask(t.task, t.dialogue, a) for t, a in zip(tasks, answers, strict=True)]
    assert ids(answer_types(shown)) == {f"desk-000{n}-m" for n in (2, 3, 4, 5)}
    assert answer_types(tasks).state == "ok"
    assert form(True) == "true or false"
    assert form("￥5") == "number with other signs as text"


def test_the_whole_audit_of_a_clean_set() -> None:
    tasks = math_set(12)
    found = audit_tasks("made", tasks)
    assert found == audit_tasks("made", tasks)
    assert found.kinds == {"math": 12}
    assert {check.name for check in found.faults} == {"repeated_questions"}
    assert Audit.model_validate_json(found.model_dump_json()) == found
    assert audit_tasks("none", tasks, ["a.jsonl:3: no task"]).checks[-1].cases[0].id == "a.jsonl:3"


def test_a_task_of_ours_is_not_needed_for_an_audit() -> None:
    task = ReasoningTask(id="x", dialogue_id="x", kind="math", question="?", label="2")
    checks = audit_tasks("one", [PosedTask(task, trip(1), 2)]).checks
    assert [check.name for check in checks if check.state == "fault"] == []
