"""The examples in the task writer's prompts are tasks that the proof accepts."""

import re

import pytest
from made_dialogues import dialogue

from trialogue.agents.prompt import load_prompt
from trialogue.agents.task_writer import ProposedMath, ProposedPair
from trialogue.evaluation.reasoning.deciding import checked
from trialogue.evaluation.reasoning.proposals import math_task, pair_tasks
from trialogue.records import Dialogue, Language, ScenarioRef

_TURN = re.compile(r"^\d+ (user|assistant): (.+)$", re.MULTILINE)
_PLACES = dict.fromkeys(("conversation", "before", "example", "refused"), "-")


def shown(prompt: str, language: Language) -> tuple[Dialogue, str]:
    """The conversation of a prompt's example, and the answer to it."""
    filled = load_prompt(prompt, language).fill(_PLACES)
    (asked, answered) = [text for role, text in filled if role != "system"][:2]
    texts = [text for _, text in _TURN.findall(asked)]
    scenario = ScenarioRef(id="kayak", name="kayak", language=language)
    return dialogue(*texts, scenario=scenario), answered


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_math_example_is_proved(language: Language) -> None:
    on, answered = shown("task_math", language)
    made = math_task(ProposedMath.model_validate_json(answered), on, "t")
    assert (checked(made, on, (made,), ()).status, made.label) == ("verified", "51")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_of_a_pair_is_proved(language: Language) -> None:
    on, answered = shown("task_sense", language)
    pair = pair_tasks(ProposedPair.model_validate_json(answered), on, "t")
    assert {checked(one, on, pair, ()).status for one in pair} == {"verified"}
    assert {one.label for one in pair} == {"yes", "no"}


def test_which_of_a_pair_comes_first_does_not_tell_its_label() -> None:
    on, answered = shown("task_sense", "en")
    proposed = ProposedPair.model_validate_json(answered)
    first = [pair_tasks(proposed, on, f"t{n}")[0].label for n in range(100)]
    assert 30 < first.count("yes") < 70
