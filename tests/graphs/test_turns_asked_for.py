"""User mode with a number of turns asked for: whatever comes up, the dialogue ends by itself."""

import pytest
from made_users import MakeContext
from openai_server import OpenAIServer
from talking import answering, judged, talk, users

from trialogue.agents.controls import Manner
from trialogue.agents.controls.files import data
from trialogue.graphs.context import Options
from trialogue.records import Language

CONSULTS = Options(points=(3, 3), consult=True)


@pytest.mark.parametrize("turns", [2, 9])
async def test_who_is_never_sure_leaves_in_time(
    make_context: MakeContext, server: OpenAIServer, turns: int
) -> None:
    server.reply = answering(goal=judged("unsure"))
    manner = Manner({"turns": turns, "knowledge_gap": 5, "decision_style": "dependent"})
    ended = await talk(make_context(mode="user", manner=manner, options=CONSULTS))
    assert ended["stop_reason"] == "goal_reached"
    assert len(users(ended["turns"])) <= turns


async def test_where_there_is_room_answers_are_confirmed(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    server.reply = answering(goal=judged("unsure"))
    ended = await talk(make_context(mode="user", manner=Manner({"turns": 20}), options=CONSULTS))
    assert [s.state for s in ended["goal"]].count("confirmed") > 3


async def test_what_is_not_answered_is_given_up_in_time(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    server.reply = answering(goal=judged("no"))
    ended = await talk(make_context(mode="user", manner=Manner({"turns": 6}), options=CONSULTS))
    assert ended["stop_reason"] == "gave_up"
    assert len(users(ended["turns"])) <= 6


async def test_an_assistant_asks_back_only_where_there_is_room(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    server.reply = answering(need=lambda body: '{"question": "And who was there with you?"}')
    ended = await talk(make_context(mode="user", manner=Manner({"turns": 6})))
    assert ended["stop_reason"] == "goal_reached"
    assert len(users(ended["turns"])) <= 6


@pytest.mark.parametrize("scenario", ["travel_reimbursement", "chailv_baoxiao"])
async def test_no_filler_comes_twice_in_a_dialogue(
    make_context: MakeContext, scenario: str
) -> None:
    language: Language = "zh" if scenario == "chailv_baoxiao" else "en"
    manner = Manner({"verbosity": 1.0, "disclosure": 3}, language)
    ended = await talk(make_context(scenario, mode="user", manner=manner, options=CONSULTS))
    more = data("control_swaps")[language]["verbosity"]["more"].values()
    fillers = [filler for side in more for texts in side.values() for filler in texts]
    said = " ".join(turn.text for turn in ended["turns"])
    used = [filler for filler in fillers if filler in said]
    assert len(used) > 5
    assert [filler for filler in used if said.count(filler) > 1] == []


async def test_an_answer_that_agrees_with_the_one_before_is_preferred(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    said = iter(
        [
            "That stays within what is allowed here.",
            "Sadly, that exceeds what anybody may claim.",
            "As far as I can see, it stays within what is allowed in such cases.",
        ]
    )
    server.reply = answering(answer=lambda body: next(said), goal=judged("no"))
    manner = Manner({"turns": 3, "focus": 1, "feedback": 0})
    context = make_context(mode="user", manner=manner, options=Options(points=(1, 1), consult=True))
    answers = [t.text for t in (await talk(context))["turns"] if t.speaker == "assistant"]
    assert "within" in answers[0]
    assert answers[1].endswith("in such cases.")
