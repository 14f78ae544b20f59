"""What a user holds back: a figure that the rest can be told without."""

import pytest

from trialogue.agents.details import withheld
from trialogue.agents.figures import missing
from trialogue.agents.story import draw_story
from trialogue.records import Action, Scenario
from trialogue.scenario_files import find_scenario, scenario_names


def lived(scenario: Scenario, seed: int) -> list[Action]:
    return [
        Action(
            index=index,
            action=f"On {point.day} I {point.note}.",
            topic=point.topic,
            facts=point.facts,
        )
        for index, point in enumerate(draw_story(scenario, seed, (4, 4)).points, start=1)
    ]


@pytest.mark.parametrize("name", scenario_names())
def test_the_rest_is_told_without_the_detail(name: str) -> None:
    scenario, seen = find_scenario(name).scenario, 0
    for seed in range(20):
        for action in lived(scenario, seed):
            detail = withheld(scenario, action)
            if detail is None:
                continue
            *told, hidden = [fact.value for fact in action.facts]
            assert not missing(told, detail.line, scenario.language)
            assert detail.shown in action.action
            assert detail.shown not in detail.line
            assert not missing([hidden], detail.shown, scenario.language)
            assert detail.called
            assert "{" not in detail.line
            seen += 1
    assert seen > 20


def test_a_line_in_english_and_in_chinese() -> None:
    lines = {}
    for name in ("travel_reimbursement", "chailv_baoxiao"):
        scenario = find_scenario(name).scenario
        found = [withheld(scenario, action) for action in lived(scenario, 0)]
        lines[scenario.language] = next(detail.line for detail in found if detail)
    assert lines["en"].startswith("On ")
    assert " I " in lines["en"]
    assert lines["en"].endswith(".")
    assert "日我" in lines["zh"]
    assert lines["zh"].endswith("。")


def test_nothing_is_held_back_of_what_is_not_known() -> None:
    scenario = find_scenario("travel_reimbursement").scenario
    action = lived(scenario, 0)[0]
    assert withheld(scenario, action.model_copy(update={"topic": "other"})) is None
    assert withheld(scenario, action.model_copy(update={"facts": action.facts[:1]})) is None
    assert withheld(scenario, action.model_copy(update={"action": "I did it."})) is None
