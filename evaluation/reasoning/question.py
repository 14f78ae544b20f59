"""What a question must be: a question that needs its dialogue and does not hold its answer."""

import re

from trialogue.evaluation.reasoning.amounts import find_amounts
from trialogue.evaluation.reasoning.labels import stands_in
from trialogue.evaluation.reasoning.numbers import number_of
from trialogue.evaluation.reasoning.refusals import Refusal, Refused
from trialogue.records import ReasoningTask

LONGEST = 600


def question_refusals(task: ReasoningTask) -> list[Refusal]:
    """What is wrong with the question of a task."""
    question, found = task.question.strip(), []
    if not question.endswith(("?", "？")) and "?" not in question and "？" not in question:
        found.append(Refusal("no_question", "it does not ask anything"))
    if len(question) > LONGEST:
        found.append(Refusal("no_question", f"it is longer than {LONGEST} characters"))
    if task.kind == "math" and stands_in(task.label, [question]):
        found.append(Refusal("answer_in_question", f"{task.label} stands in the question"))
    if task.derivation and _given(task):
        found.append(Refusal("needs_no_dialogue", "the question gives every figure itself"))
    return found


def _given(task: ReasoningTask) -> bool:
    """Whether every number that the derivation quotes stands in the question too."""
    assert task.derivation is not None
    there = {amount.value for amount in find_amounts(task.question)}
    numbers = []
    for fact in task.derivation.facts:
        try:
            numbers.append(number_of(fact.value))
        except Refused:
            return False
    return bool(numbers) and set(numbers) <= there


def same_words(a: str, b: str) -> bool:
    """Whether two questions have the same words, figures and their order aside."""
    return _words(a) == _words(b) and a.strip() != b.strip()


def _words(text: str) -> list[str]:
    bare = re.sub(r"\d[\d.,]*", " ", text.casefold())
    return sorted(re.findall(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+", bare))
