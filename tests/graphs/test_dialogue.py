from typing import Any

import pytest
from made_users import MakeContext, candidate, trajectory
from openai_server import Body, OpenAIServer, Reply
from simulated_model import prompt_of, served

from trialogue.agents.figures import missing
from trialogue.agents.toolbox import Toolbox
from trialogue.errors import DialogueFailed, UsageError
from trialogue.graphs import dialogue, knowledge
from trialogue.graphs.context import Context, Options
from trialogue.graphs.running import run_graph
from trialogue.records import Origin, Start, Turn, UserProfile
from trialogue.tools.registry import ToolContext, resolve

USER = UserProfile(id="u", identity="Dora Lind, 40, cook", intent="", problems=())


async def talk(context: Context, **given: Any) -> dict[str, Any]:
    someone = candidate(context)
    state = {"user": someone.user, "trajectory": trajectory(someone), **given}
    return await run_graph(dialogue.build().compile(), state, context)


async def stocked(context: Context) -> Context:
    """The context with the scenario's rules on its shelf."""
    await run_graph(knowledge.build().compile(), {}, context)
    return context


async def test_user_and_assistant_alternate_until_the_story_is_told(
    make_context: MakeContext,
) -> None:
    ended = await talk(await stocked(make_context()))
    assert [turn.speaker for turn in ended["turns"]] == ["user", "assistant"] * 3
    assert ended["stop_reason"] == "goal_reached"
    assert [subtask.state for subtask in ended["goal"]] == ["done"] * 3


@pytest.mark.parametrize("scenario", ["travel_reimbursement", "chailv_baoxiao"])
async def test_every_figure_is_told(make_context: MakeContext, scenario: str) -> None:
    context = await stocked(make_context(scenario))
    ended = await talk(context)
    for turn, action in zip(ended["turns"][::2], ended["trajectory"], strict=True):
        values = [fact.value for fact in action.facts]
        assert not missing(values, turn.text, context.scenario.language)


async def test_rounds_are_bounded(make_context: MakeContext) -> None:
    context = await stocked(make_context(options=Options(points=(3, 3), rounds=2)))
    ended = await talk(context)
    assert ended["stop_reason"] == "max_rounds"
    assert len(ended["turns"]) == 4
    assert [subtask.state for subtask in ended["goal"]] == ["done", "done", "open"]


async def test_rounds_that_are_taken_over_do_not_count(make_context: MakeContext) -> None:
    options = Options(points=(3, 3), rounds=2)
    first = await talk(await stocked(make_context(options=options)))
    given = {"turns": first["turns"], "goal": first["goal"]}
    start = Start(user=USER, origin=Origin(dialogue="first", turns=4), **given)
    rest = await talk(make_context(options=options, start=start), **given)
    assert rest["stop_reason"] == "goal_reached"
    assert len(rest["turns"]) == 6


async def test_it_goes_on_from_turns_that_stand_already(make_context: MakeContext) -> None:
    context = await stocked(make_context())
    whole = await talk(context)
    rest = await talk(context, turns=whole["turns"][:2], told=1)
    assert rest["turns"] == whole["turns"]


async def test_after_a_users_turn_the_assistant_answers_first(make_context: MakeContext) -> None:
    context = await stocked(make_context())
    whole = await talk(context)
    for turns, told in ((1, 1), (5, 3)):
        rest = await talk(context, turns=whole["turns"][:turns], told=told)
        assert rest["turns"] == whole["turns"]
        assert rest["stop_reason"] == "goal_reached"


async def test_nothing_is_added_when_everything_is_told(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    context = make_context()
    whole = await talk(context)
    made = len(server.requests)
    assert (await talk(context, turns=whole["turns"], told=3))["turns"] == whole["turns"]
    assert len(server.requests) == made


@pytest.mark.parametrize("told", [-1, 4])
async def test_more_told_than_there_is_to_tell(make_context: MakeContext, told: int) -> None:
    with pytest.raises(UsageError, match=f"told is {told}, but the trajectory has 3 actions"):
        await talk(make_context(), told=told)


async def test_turns_are_reported_as_they_come(make_context: MakeContext) -> None:
    heard: list[tuple[int, Turn]] = []
    context = await stocked(make_context(told=lambda number, turn: heard.append((number, turn))))
    ended = await talk(context.at(5))
    assert heard == [(5, turn) for turn in ended["turns"]]


async def test_a_listener_may_be_waited_for(make_context: MakeContext) -> None:
    heard: list[Turn] = []

    async def told(number: int, turn: Turn) -> None:
        heard.append(turn)

    ended = await talk(await stocked(make_context(told=told)))
    assert heard == list(ended["turns"])


async def test_answers_name_their_source(make_context: MakeContext) -> None:
    ended = await talk(await stocked(make_context()))
    for turn in ended["turns"][1::2]:
        assert turn.sources[0].endswith(".md")


async def test_without_rules_it_still_answers(make_context: MakeContext) -> None:
    ended = await talk(make_context())
    assert ended["stop_reason"] == "goal_reached"
    assert all(turn.sources == () for turn in ended["turns"])


async def test_figures_are_compared_by_calculator(make_context: MakeContext) -> None:
    made = make_context(options=Options(points=(4, 4), consult=True))
    tools = Toolbox(resolve(["calculator"], ToolContext(made.scenario.today)))
    context = await stocked(
        make_context(options=made.options, assistant_tools=tools, scenario="travel_reimbursement")
    )
    calls = [call for turn in (await talk(context))["turns"] for call in turn.tool_calls]
    assert calls
    assert {call.name for call in calls} == {"calculator"}


async def test_without_reactions_and_consulting_a_turn_is_one_question(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    bare = Options(points=(3, 3), reactions=False, consult=False)
    await talk(await stocked(make_context(options=bare)))
    assert len({str(body["messages"]) for body in server.requests}) == 6


async def test_an_answer_with_figures_from_nowhere_fails_the_dialogue(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    def reply(body: Body) -> Reply | str:
        return "You get 987654." if prompt_of(body) == "answer" else served(body)

    server.reply = reply
    with pytest.raises(DialogueFailed, match="figures from nowhere: 987654"):
        await talk(await stocked(make_context()))
