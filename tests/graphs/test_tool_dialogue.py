"""Dialogues over executed tools: decide, call, see the result, go on, answer from it."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from library_tools import LIBRARY
from made_users import MakeContext
from openai_server import Body, OpenAIServer, Reply
from simulated_model import prompt_of, served

from trialogue.agents.toolset_tools import ToolsetTools
from trialogue.graphs import dialogue
from trialogue.graphs.context import Context, Options
from trialogue.graphs.running import run_graph
from trialogue.records import Subtask, UserProfile

USER = UserProfile(id="u", identity="Dora Lind, 40, cook", intent="I have a loan.", problems=())
FIND = {"tool": "find_loans", "arguments": {"reader": "Dora Lind"}}
EXTEND = {"tool": "extend_loan", "arguments": {"loan": 71, "days": 14}}
NONE: dict[str, Any] = {"tool": "none", "arguments": {}}
GOALS = (
    Subtask(id=1, text="Extend the loan of Dora Lind by 14 days.", kind="goal"),
    Subtask(id=2, text="Say how long Dora Lind has the book now.", kind="goal"),
)


@pytest.fixture
def library() -> Iterator[ToolsetTools]:
    with ToolsetTools(LIBRARY, today=date(2026, 3, 16)) as made:
        yield made


async def talk(context: Context, **given: Any) -> dict[str, Any]:
    state = {"user": USER, "trajectory": (), **given}
    return await run_graph(dialogue.build().compile(), state, context)


def deciding(calls: list[dict[str, Any]], **answers: str) -> Callable[[Body], Reply | str]:
    """The simulated model, which decides on these calls in turn and then on none."""
    left = iter(calls)

    def reply(body: Body) -> Reply | str:
        prompt = prompt_of(body)
        if prompt == "tools":
            return json.dumps({"call": next(left, NONE)})
        return answers.get(prompt) or served(body)

    return reply


async def test_calls_go_on_until_nothing_is_needed(
    make_context: MakeContext, server: OpenAIServer, library: ToolsetTools
) -> None:
    server.reply = deciding([FIND, EXTEND])
    ended = await talk(make_context(toolset=library), goal=GOALS[:1])
    request, answer = ended["turns"]
    assert "Dora Lind" in request.text
    assert "14" in request.text
    assert [call.name for call in answer.tool_calls] == ["find_loans", "extend_loan"]
    assert json.loads(answer.tool_calls[1].result)["rows"] == [{"loan": 71, "days": 21}]
    assert "21" in answer.text
    assert ended["stop_reason"] == "goal_reached"


async def test_each_decision_sees_the_results_so_far(
    make_context: MakeContext, server: OpenAIServer, library: ToolsetTools
) -> None:
    server.reply = deciding([FIND, EXTEND])
    await talk(make_context(toolset=library), goal=GOALS[:1])
    asked = [str(b["messages"][-1]["content"]) for b in server.requests if prompt_of(b) == "tools"]
    assert [text.count("find_loans(reader=Dora Lind)") for text in asked] == [0, 1, 1]
    assert [text.count("extend_loan(loan=71, days=14)") for text in asked] == [0, 0, 1]


async def test_steps_and_repeated_calls_are_bounded(
    make_context: MakeContext, server: OpenAIServer, library: ToolsetTools
) -> None:
    server.reply = deciding([EXTEND] * 9)
    ended = await talk(make_context(toolset=library), goal=GOALS[:1])
    assert len(ended["turns"][1].tool_calls) == 1
    more = [{"tool": "extend_loan", "arguments": {"loan": 71, "days": n}} for n in range(1, 9)]
    server.reply = deciding(more)
    options = Options(tool_steps=3)
    ended = await talk(make_context(toolset=library, options=options).at(1), goal=GOALS[:1])
    assert len(ended["turns"][1].tool_calls) == 3


async def test_what_a_dialogue_writes_stays_in_it(
    make_context: MakeContext, server: OpenAIServer, library: ToolsetTools
) -> None:
    context = make_context(toolset=library)
    server.reply = deciding([EXTEND, NONE, FIND])
    first = await talk(context.at(1), goal=GOALS)
    server.reply = deciding([FIND])
    other = await talk(context.at(2), goal=GOALS[:1])
    assert json.loads(first["turns"][3].tool_calls[0].result)[0]["days"] == 21
    assert json.loads(other["turns"][1].tool_calls[0].result)[0]["days"] == 7


async def test_a_dialogue_that_goes_on_finds_what_was_written_before(
    make_context: MakeContext, server: OpenAIServer, library: ToolsetTools
) -> None:
    context = make_context(toolset=library)
    server.reply = deciding([EXTEND])
    before = (await talk(context.at(1), goal=GOALS[:1]))["turns"]
    server.reply = deciding([FIND])
    after = await talk(context.at(2), goal=GOALS[1:], turns=before)
    assert json.loads(after["turns"][3].tool_calls[0].result)[0]["days"] == 21
    assert after["turns"][:2] == before


async def test_an_error_is_owned_up_to(
    make_context: MakeContext, server: OpenAIServer, library: ToolsetTools
) -> None:
    wrong = {"tool": "find_loans", "arguments": {}}
    server.reply = deciding([wrong], grounded="Everything is extended.")
    ended = await talk(make_context(toolset=library), goal=GOALS[:1])
    answer = ended["turns"][1]
    assert answer.tool_calls[0].result.startswith("error: ")
    assert "reader" in answer.text
    assert "extended" not in answer.text


async def test_an_answer_with_other_figures_is_not_used(
    make_context: MakeContext, server: OpenAIServer, library: ToolsetTools
) -> None:
    server.reply = deciding([FIND], grounded="You have 99 days.")
    ended = await talk(make_context(toolset=library), goal=GOALS[:1])
    assert "99" not in ended["turns"][1].text
    assert "Sea Birds" in ended["turns"][1].text


async def test_users_want_a_toolsets_tasks(
    make_context: MakeContext, server: OpenAIServer, library: ToolsetTools
) -> None:
    ended = await talk(make_context(toolset=library, mode="user"))
    assert [(s.kind, s.source) for s in ended["goal"]] == [("task", "t1"), ("task", "t2")]
    assert all(subtask.settled for subtask in ended["goal"])
    alone = await talk(make_context(toolset=library))
    assert len(alone["goal"]) == 1


async def test_a_replay_repeats_the_calls_and_nothing_else(
    make_context: MakeContext, server: OpenAIServer, library: ToolsetTools
) -> None:
    context = make_context(toolset=library)
    server.reply = deciding([EXTEND, NONE, FIND])
    first = await talk(context, goal=GOALS)
    made = len(server.requests)
    library.close(context.key)
    assert await talk(context, goal=GOALS) == first
    assert len(server.requests) == made
