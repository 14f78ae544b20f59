"""Dialogues and turns of the same users under different controls."""

from collections.abc import Callable
from typing import Any

import pytest
from openai_server import OpenAIServer
from simulated_model import prompt_of

from trialogue.agents.prompt import load_prompt
from trialogue.graphs.context import Context, Options
from trialogue.graphs.rehearsal import Configuration, Rehearsal, met_users, moments_of

Make = Callable[..., Context]
BASE, LONG = Configuration(), Configuration(theta={"turns": 4})


@pytest.fixture
async def rehearsal(make_context: Make) -> Rehearsal:
    """Two users who have been met."""
    options = Options(points=(2, 2), reactions=False, lookups=0)
    from trialogue.graphs import knowledge
    from trialogue.graphs.running import run_graph

    context = make_context(options=options)
    await run_graph(knowledge.build().compile(), {}, context)
    return Rehearsal(context, await met_users(context, 2))


async def test_users_stay_and_controls_differ(rehearsal: Rehearsal) -> None:
    short, long, other = await rehearsal.dialogues([(BASE, 0), (LONG, 0), (BASE, 1)])
    assert short is not None
    assert long is not None
    assert other is not None
    assert (short.rounds, long.rounds) == (2, 4)
    assert short.user == long.user != other.user
    assert short.trajectory == long.trajectory
    assert short.controls == {}
    assert long.controls == {"turns": 4}
    assert short.seed == long.seed


async def test_the_same_again_costs_nothing_and_is_the_same(
    rehearsal: Rehearsal, server: OpenAIServer
) -> None:
    wanted = [(LONG, 1), (BASE, 1)]
    first, paid = await rehearsal.dialogues(wanted), len(server.requests)
    assert await rehearsal.dialogues(wanted) == first
    assert len(server.requests) == paid


async def test_a_turn_is_said_again_with_one_call_in_its_context(
    rehearsal: Rehearsal, server: OpenAIServer
) -> None:
    [made] = await rehearsal.dialogues([(BASE, 0)])
    assert made is not None
    moments = moments_of({0: made}, 2)
    assert [len(moment.dialogue.turns) for moment in moments] == [2, 4]
    paid = len(server.requests)
    how = Configuration(phi={"verbosity": 1.0, "formality": 0.0})
    again = await rehearsal.turns([(how, moment) for moment in moments])
    assert [prompt_of(body) for body in server.requests[paid:]] == ["style"] * 2
    for moment, dialogue in zip(moments, again, strict=True):
        assert dialogue is not None
        assert dialogue.turns[:-1] == moment.dialogue.turns[:-1]
    assert await rehearsal.turns([(BASE, moments[0])]) == [moments[0].dialogue]


async def test_prompts_of_a_configuration_are_used_and_recorded(
    rehearsal: Rehearsal, server: OpenAIServer
) -> None:
    text = load_prompt("answer").source.replace("# system\n", "# system\nBe kind. ", 1)
    kind = Configuration(prompts={"en/answer": text})
    server.reply = _unkind(server.reply)
    plain, kinder = await rehearsal.dialogues([(BASE, 0), (kind, 0)])
    assert plain is not None
    assert kinder is not None
    told = [str(body["messages"][0]["content"]) for body in server.requests]
    assert any(one.startswith("Be kind. ") for one in told)
    assert {n for n in plain.prompts if plain.prompts[n] != kinder.prompts[n]} == {"answer"}


def _unkind(reply: Any) -> Any:
    """The simulated model knows prompts by their own text."""

    def answer(body: Any) -> Any:
        first = body["messages"][0]
        plain = {**first, "content": str(first["content"]).removeprefix("Be kind. ")}
        return reply({**body, "messages": [plain, *body["messages"][1:]]})

    return answer


async def test_moments_are_spread_over_dialogues_and_no_more_than_there_are(
    rehearsal: Rehearsal,
) -> None:
    made = dict(enumerate(await rehearsal.dialogues([(BASE, 0), (BASE, 1)])))
    there = {n: dialogue for n, dialogue in made.items() if dialogue is not None}
    assert {moment.number for moment in moments_of(there, 4)} == {0, 1}
    every = moments_of(there, 100)
    assert len(every) == sum(len(dialogue.turns) for dialogue in there.values())
