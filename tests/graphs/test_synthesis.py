import pytest
from made_users import MakeContext
from openai_server import OpenAIServer

from trialogue.agents.prompt import prompt_versions
from trialogue.graphs import synthesis
from trialogue.graphs.context import Context
from trialogue.graphs.pool import UserPool
from trialogue.graphs.running import run_graph
from trialogue.records import Dialogue
from trialogue.scenario_files import scenario_names


async def synthesize(context: Context) -> Dialogue:
    state = await run_graph(synthesis.build().compile(), {}, context)
    record: Dialogue = state["record"]
    return record


async def test_a_scenario_becomes_a_full_record(make_context: MakeContext) -> None:
    context = make_context(seed=7).at(12)
    record = await synthesize(context)
    assert record.id == "travel_reimbursement-7-00012"
    assert record.scenario.language == "en"
    assert record.user.id == "travel_reimbursement-7-12-0"
    assert len(record.trajectory) == record.rounds == 3
    assert record.stop_reason == "goal_reached"
    assert record.error is None
    assert record.models == dict.fromkeys(
        ("assistant", "user", "user_generator"), "openai:simulated"
    )
    assert record.prompts == prompt_versions("en")
    assert record.scores["figures_told"] == 1.0
    assert 0 <= record.scores["rewritten"] < 1
    assert record.sources
    assert all(source.endswith(".md") for source in record.sources)
    assert record.usage.calls >= 9
    assert record.usage.input_tokens > 0
    assert Dialogue.model_validate_json(record.to_line()) == record


async def test_numbers_and_seeds_give_different_dialogues(make_context: MakeContext) -> None:
    pool = UserPool()
    lines = [
        await synthesize(make_context(seed=0, pool=pool).at(0)),
        await synthesize(make_context(seed=0, pool=pool).at(1)),
        await synthesize(make_context(seed=1, pool=UserPool()).at(0)),
    ]
    assert len({tuple(turn.text for turn in record.turns) for record in lines}) == 3


async def test_another_attempt_takes_another_course(make_context: MakeContext) -> None:
    context = make_context(pool=UserPool())
    first, again = await synthesize(context.at(0)), await synthesize(context.at(0, attempt=1))
    assert first.user == again.user
    assert first.turns != again.turns
    assert first.seed != again.seed


async def test_the_same_place_gives_the_same_record_without_a_call(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    context = make_context()
    first = await synthesize(context.at(0))
    made = len(server.requests)
    assert await synthesize(context.at(0)) == first
    assert len(server.requests) == made


@pytest.mark.parametrize("scenario", scenario_names())
async def test_every_scenario_that_ships_works(make_context: MakeContext, scenario: str) -> None:
    context = make_context(scenario, documents=())
    record = await synthesize(context)
    assert record.scenario.id == scenario
    assert record.stop_reason == "goal_reached"
    assert record.scores["figures_told"] == 1.0
    assert not any(context.tally.faulty.values())
