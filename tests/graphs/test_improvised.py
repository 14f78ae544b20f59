"""Dialogues of users who have lived through nothing."""

from collections.abc import Callable

import pytest
from openai_server import OpenAIServer
from simulated_model import prompt_of

from trialogue.errors import UsageError
from trialogue.graphs import synthesis
from trialogue.graphs.context import Context, Options, Pair
from trialogue.graphs.running import run_graph
from trialogue.records import Dialogue, UserProfile
from trialogue.settings import load_settings

MakeContext = Callable[..., Context]
ANN = UserProfile(id="ann", identity="Ann Li, 40, nurse", intent="I want it.", problems=("Is it?",))


async def made(context: Context) -> Dialogue:
    state = await run_graph(synthesis.build().compile(), {}, context)
    return Dialogue.model_validate(state["record"])


async def test_the_user_and_the_rounds_are_those_of_the_pair(make_context: MakeContext) -> None:
    told: list[str] = []
    context = make_context(
        options=Options(user="identity"),
        pairs=(Pair(ANN, 2), Pair(ANN, 3)),
        told=lambda number, turn: told.append(f"{number} {turn.text}"),
    )
    dialogue = await made(context.at(1))
    assert (dialogue.user, dialogue.rounds, dialogue.stop_reason) == (ANN, 3, "max_rounds")
    assert [turn.speaker for turn in dialogue.turns] == ["user", "assistant"] * 3
    assert told == [f"1 {turn.text}" for turn in dialogue.turns]
    assert all(turn.sources for turn in dialogue.turns if turn.speaker == "assistant")


async def test_of_anybody_only_the_scenario_is_known(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    context = make_context(options=Options(user="direct"), pairs=(Pair(ANN, 2),))
    dialogue = await made(context)
    assert (dialogue.user.id, dialogue.user.intent) == ("ann", "")
    asked = str([body for body in server.requests if prompt_of(body) == "improvise"])
    assert "travel reimbursement" in asked
    assert "Ann" not in asked


async def test_without_pairs_the_user_comes_from_the_pool(make_context: MakeContext) -> None:
    dialogue = await made(make_context("chailv_baoxiao", options=Options(user="identity")))
    assert dialogue.rounds == len(dialogue.user.problems)
    assert dialogue.user.intent
    assert not dialogue.trajectory
    bounded = make_context("chailv_baoxiao", options=Options(user="identity", rounds=1))
    assert (await made(bounded)).rounds == 1


def test_improvising_goes_with_nothing_that_sets_the_goal() -> None:
    given = {"scenario": "x", "user": "direct", "toolset": "tools.yaml"}
    with pytest.raises(UsageError, match="toolset"):
        load_settings(None, given)
    with pytest.raises(UsageError, match=r"options\.user"):
        load_settings(None, {"scenario": "x", "user": "nobody"})
