"""User mode: a goal of several subtasks, worked through until each is settled."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from made_users import MakeContext, candidate
from openai_server import Body, OpenAIServer
from simulated_model import prompt_of, served
from talking import answering, judged, talk, users

from trialogue.agents.controls import Manner
from trialogue.agents.figures import figures, missing
from trialogue.graphs.context import Options
from trialogue.records import Persona

BOTH = pytest.mark.parametrize("scenario", ["travel_reimbursement", "chailv_baoxiao"])
CONSULTS = Options(points=(3, 3), consult=True)


@BOTH
async def test_every_subtask_is_settled_before_the_user_takes_leave(
    make_context: MakeContext, scenario: str
) -> None:
    ended = await talk(make_context(scenario, mode="user", options=CONSULTS))
    goal, turns = ended["goal"], ended["turns"]
    assert ended["stop_reason"] == "goal_reached"
    assert all(subtask.settled for subtask in goal)
    assert [turn.speaker for turn in turns] == ["user", "assistant"] * (len(turns) // 2)
    for subtask in goal:
        assert subtask.text.rstrip("?？")[-8:] in turns[subtask.given].text
        assert subtask.done > subtask.given
    assert ended["progress"].closing


@BOTH
async def test_it_has_at_least_half_as_many_turns_and_tasks_again_as_task_mode(
    make_context: MakeContext, scenario: str
) -> None:
    turns, tasks = {"user": 0, "task": 0}, {"user": 0, "task": 0}
    for mode in turns:
        context = make_context(scenario, mode=mode, options=CONSULTS)
        for number in range(4):
            ended = await talk(context.at(number))
            turns[mode] += len(ended["turns"])
            tasks[mode] += len(ended["goal"])
    assert turns["user"] >= 1.5 * turns["task"]
    assert tasks["user"] >= 1.5 * tasks["task"]


@BOTH
async def test_what_is_hidden_is_told_only_when_asked(
    make_context: MakeContext, scenario: str
) -> None:
    context, seen = make_context(scenario, mode="user", options=CONSULTS), 0
    for number in range(4):
        ended = await talk(context.at(number))
        for subtask in (s for s in ended["goal"] if s.hidden):
            values = [str(figure) for figure in figures(subtask.hidden[0])]
            told, asked, shown = ended["turns"][subtask.given : subtask.given + 3]
            assert missing(values, told.text, context.scenario.language)
            assert asked.text.endswith(("?", "？"))
            assert not missing(values, shown.text, context.scenario.language)
            seen += 1
    assert seen


@BOTH
async def test_all_figures_are_told_in_the_end(make_context: MakeContext, scenario: str) -> None:
    context = make_context(scenario, mode="user", options=CONSULTS)
    ended = await talk(context)
    said = " ".join(users(ended["turns"]))
    values = [fact.value for action in ended["trajectory"] for fact in action.facts]
    assert not missing(values, said, context.scenario.language)


async def test_the_same_seed_gives_the_same_dialogue(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    context = make_context(mode="user")
    first = await talk(context)
    made = len(server.requests)
    assert await talk(context) == first
    assert len(server.requests) == made


async def test_an_unanswered_subtask_is_asked_once_more_and_then_dropped(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    server.reply = answering(goal=judged("no"))
    context = make_context(mode="user", manner=Manner({"focus": 1}))
    ended = await talk(context)
    assert ended["stop_reason"] == "gave_up"
    assert [subtask.state for subtask in ended["goal"]] == ["given"] * 3
    assert ended["progress"].tries == {1: 2, 2: 2, 3: 2}
    assert ended["progress"].closing


@pytest.mark.parametrize(("patience", "tries"), [("low", 1), ("medium", 2), ("high", 3)])
async def test_patience_says_how_often(
    make_context: MakeContext, server: OpenAIServer, patience: Any, tries: int
) -> None:
    server.reply = answering(goal=judged("no"))
    context = make_context(mode="user", manner=Manner({"focus": 1}))
    user = candidate(context).user.model_copy(update={"persona": Persona(patience=patience)})
    ended = await talk(context, user=user)
    assert set(ended["progress"].tries.values()) == {tries}


async def test_what_the_user_is_unsure_of_is_confirmed(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    server.reply = answering(goal=judged("unsure"))
    ended = await talk(make_context(mode="user", manner=Manner({"focus": 1})))
    assert [subtask.state for subtask in ended["goal"]] == ["confirmed"] * 3
    assert ended["stop_reason"] == "goal_reached"


async def test_a_wrong_claim_is_counted_and_does_not_end_the_dialogue(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    server.reply = answering(goal=judged("yes", all_done=True))
    context = make_context(mode="user", manner=Manner({"focus": 1, "knowledge_gap": 1}))
    ended = await talk(context)
    progress = ended["progress"]
    assert (progress.checks, progress.early, progress.late) == (3, 2, 0)
    assert all(subtask.settled for subtask in ended["goal"])
    server.reply = answering(goal=judged("yes", all_done=False))
    progress = (await talk(context.at(1)))["progress"]
    assert (progress.checks, progress.early, progress.late) == (3, 0, 1)


async def test_rounds_bound_user_mode_too(make_context: MakeContext, server: OpenAIServer) -> None:
    server.reply = answering(goal=judged("no"))
    options = Options(points=(3, 3), rounds=3)
    ended = await talk(make_context(mode="user", options=options))
    assert ended["stop_reason"] == "max_rounds"
    assert len(users(ended["turns"])) == 3


async def test_a_message_that_looks_wrong_is_made_anew_once(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    plain = make_context(mode="user", manner=Manner({"focus": 1, "feedback": 0}))
    await talk(plain)
    server.reply = answering(look=lambda body: '{"fault": "out_of_character"}')
    context = make_context(mode="user", manner=plain.manner, seed=1)
    ended = await talk(context)
    spoken = len(users(ended["turns"]))
    assert context.tally.lines["look"] == context.tally.rewritten["look"] == spoken
    assert plain.tally.rewritten["look"] == 0


@pytest.mark.parametrize("fault", ["answers_itself", "tells_everything", "speaks_as_assistant"])
async def test_a_fault_that_cannot_be_there_is_not_believed(
    make_context: MakeContext, server: OpenAIServer, fault: str
) -> None:
    server.reply = answering(look=lambda body: json.dumps({"fault": fault}))
    context = make_context(mode="user", manner=Manner({"focus": 1, "feedback": 0}))
    await talk(context)
    assert context.tally.rewritten["look"] < context.tally.lines["look"]


async def test_controls_shape_the_goal(make_context: MakeContext) -> None:
    async def made(**values: Any) -> dict[str, Any]:
        return await talk(make_context(mode="user", manner=Manner(values), options=CONSULTS))

    broad, detail = await made(focus=1), await made(focus=5)
    assert len({s.source for s in broad["goal"]}) == len(broad["goal"]) == 3
    assert len({s.source for s in detail["goal"]}) == 2
    assert len(detail["goal"]) == 8
    quick = await made(focus=5, disclosure=2)
    assert len(quick["turns"]) < len(detail["turns"])
    short = await made(turns=4)
    assert len(users(short["turns"])) <= 4
    assert short["stop_reason"] == "goal_reached"
    jumpy = [s.source for s in (await made(focus=5, smoothness="F"))["goal"]]
    smooth = [s.source for s in detail["goal"]]
    changes = [sum(a != b for a, b in pairwise(o)) for o in (smooth, jumpy)]
    assert changes[0] == 1
    assert changes[1] > 3


async def test_without_feedback_no_reaction_is_asked_for(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    await talk(make_context(mode="user", manner=Manner({"feedback": 0})))
    assert "reaction" not in {prompt_of(body) for body in server.requests}


async def test_a_large_model_decides_itself_what_to_ask_back(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    asked: list[str] = []

    def need(body: Body) -> str:
        asked.append(str(body))
        return (
            '{"question": "And who was there with you?"}' if len(asked) == 1 else '{"question": ""}'
        )

    server.reply = answering(need=need)
    options = Options(points=(3, 3), consult=False)
    ended = await talk(make_context(mode="user", options=options, manner=Manner({"focus": 1})))
    assert ended["turns"][1].text == "And who was there with you?"
    assert len(asked) == 3
    assert ended["stop_reason"] == "goal_reached"


async def test_what_is_hidden_is_kept_from_the_assistants_record(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    options = Options(points=(3, 3), consult=False)
    context = make_context(mode="user", options=options)
    ended = await talk(context)
    hidden = {int(s.source) - 1 for s in ended["goal"] if s.hidden}
    assert hidden
    answers = [str(b["messages"][-1]) for b in server.requests if prompt_of(b) == "answer"]
    records = [re.findall("<record>(.*?)</record>", text)[0] for text in answers]
    for number, action in enumerate(ended["trajectory"]):
        assert all((action.action in record) != (number in hidden) for record in records)


async def test_a_novice_asks_what_a_word_means_and_an_expert_does_not(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    server.reply = answering(
        answer=lambda body: "The nightly ceiling holds for you.",
        term=lambda body: '{"term": "nightly ceiling"}',
    )
    turns = {}
    for gap in (1, 5):
        manner = Manner({"focus": 3, "knowledge_gap": gap})
        turns[gap] = [
            turn.text
            for number in range(3)
            for turn in (await talk(make_context(mode="user", manner=manner).at(number)))["turns"]
        ]
    asked = [i for i, text in enumerate(turns[5]) if '"nightly ceiling"' in text]
    assert asked
    assert all("nightly ceiling" in turns[5][i + 1] or "rules" in turns[5][i + 1] for i in asked)
    assert not any('"nightly ceiling"' in text for text in turns[1])


async def test_two_points_in_one_turn_are_answered_each_by_its_own_figures(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    options = Options(points=(2, 2), consult=True)
    manner = Manner({"focus": 1, "disclosure": 2})
    ended = await talk(make_context(mode="user", manner=manner, options=options))
    cases = {
        re.findall("<asked>(.*?)</asked>", str(body["messages"][-1]))[0]
        for body in server.requests
        if prompt_of(body) == "answer"
    }
    assert len(cases) == 2
    for action in ended["trajectory"]:
        values = [fact.value for fact in action.facts]
        assert sum(not missing(values, case, "en") for case in cases) == 1


async def test_a_message_that_gives_away_what_comes_later_is_seen(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    context = make_context(mode="user", manner=Manner({"focus": 1, "feedback": 0}))
    later = candidate(context).user.problems

    def said(body: Body) -> str:
        return f"{served(body)} {' '.join(later)}"

    server.reply = answering(said=said)
    await talk(context)
    spoken = context.tally.lines["look"]
    assert context.tally.rewritten["look"] == context.tally.faulty["look"] > 0
    assert context.tally.faulty["look"] < spoken


@pytest.mark.parametrize(
    ("said", "states"),
    [("The rules are silent about this.", "done"), ("And which one do you mean?", "given")],
)
async def test_the_program_decides_what_is_clear(
    make_context: MakeContext, server: OpenAIServer, said: str, states: str
) -> None:
    wrong = "no" if states == "done" else "yes"
    server.reply = answering(answer=lambda body: said, goal=judged(wrong))
    ended = await talk(make_context(mode="user", manner=Manner({"focus": 1})))
    assert {subtask.state for subtask in ended["goal"]} == {states}
