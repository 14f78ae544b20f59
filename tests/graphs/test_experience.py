import json
from typing import Any

import pytest
from made_users import MakeContext, candidate
from openai_server import Answerer, Body, OpenAIServer, Reply
from simulated_model import prompt_of, served

from trialogue.agents.toolbox import Toolbox
from trialogue.agents.user_generator import Candidate
from trialogue.errors import DialogueFailed
from trialogue.graphs import experience
from trialogue.graphs.context import Context, Options
from trialogue.graphs.running import run_graph
from trialogue.memory.volumes import Volumes
from trialogue.records import Action
from trialogue.tools.registry import ToolContext, resolve


async def live(context: Context, someone: Candidate) -> tuple[Action, ...]:
    given = {"candidate": someone}
    ended = await run_graph(experience.build().compile(), given, context)
    lived: tuple[Action, ...] = ended["trajectory"]
    return lived


async def test_one_action_for_every_point_with_its_facts(make_context: MakeContext) -> None:
    context = make_context()
    someone = candidate(context)
    lived = await live(context, someone)
    assert [action.index for action in lived] == [1, 2, 3]
    for action, point in zip(lived, someone.story.points, strict=True):
        assert action.facts == point.facts
        assert action.topic == point.topic
        assert point.day in action.action
        assert all(fact.value in action.action for fact in action.facts)


async def test_memory_joins_the_line_and_the_open_question(
    make_context: MakeContext, volumes: Volumes
) -> None:
    context = make_context()
    someone = candidate(context)
    lived = await live(context, someone)
    assert [a.memory for a in lived] == [
        f"{a.action} {problem}" for a, problem in zip(lived, someone.user.problems, strict=True)
    ]
    kept = volumes.read("experience", [(0, f"{someone.user.id}/{index}") for index in (1, 2, 3)])
    assert sorted(row.text for row in kept) == sorted(action.memory for action in lived)


async def test_recall_gives_ones_own_earlier_memories_only(make_context: MakeContext) -> None:
    context = make_context()
    one, other = candidate(context, 1), candidate(context, 2)
    mine = await live(context, one)
    await live(context, other)
    everything = " ".join(point.note for point in (*one.story.points, *other.story.points))
    recalled = await context.memory.recall(one.user.id, everything, before=3, k=10)
    assert recalled == [mine[0].memory, mine[1].memory]
    assert await context.memory.recall(one.user.id, everything, before=1) == []
    assert await context.memory.recall("nobody", everything, before=3) == []


def deciding(call: dict[str, Any]) -> Answerer:
    """A reply that decides on `call` and leaves everything else to the usual model."""

    def reply(body: Body) -> Reply | str:
        return json.dumps({"call": call}) if prompt_of(body) == "act" else served(body)

    return reply


@pytest.fixture
def toolbox(make_context: MakeContext) -> Toolbox:
    context = make_context()
    return Toolbox(resolve(["calendar"], ToolContext(context.scenario.today)))


async def test_a_tool_call_stays_with_its_action(
    make_context: MakeContext, server: OpenAIServer, toolbox: Toolbox
) -> None:
    arguments = {"question": "weekday", "date": "2026-04-13"}
    server.reply = deciding({"tool": "calendar", "arguments": arguments})
    context = make_context(user_tools=toolbox, options=Options(points=(3, 3), lookups=1))
    lived = await live(context, candidate(context))
    assert [len(action.tool_calls) for action in lived] == [1, 0, 0]
    assert lived[0].tool_calls[0].name == "calendar"
    assert "Monday" in lived[0].tool_calls[0].result


async def test_an_unusable_decision_looks_nothing_up(
    make_context: MakeContext, server: OpenAIServer, toolbox: Toolbox
) -> None:
    server.reply = deciding({"tool": "telephone", "arguments": {}})
    context = make_context(user_tools=toolbox)
    lived = await live(context, candidate(context))
    assert [action.tool_calls for action in lived] == [(), (), ()]


async def test_a_line_without_its_figures_fails_the_dialogue(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    server.reply = lambda body: "I did something or other."
    context = make_context()
    with pytest.raises(DialogueFailed, match=r"user \(line\): leaves out"):
        await live(context, candidate(context))
