import pytest
from made_users import MakeContext
from openai_server import OpenAIServer

from trialogue.agents.controls import Manner
from trialogue.agents.prompt import prompt_versions
from trialogue.graphs import synthesis
from trialogue.graphs.context import Context
from trialogue.graphs.pool import UserPool
from trialogue.graphs.running import run_graph
from trialogue.records import Dialogue, Origin, Start
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


async def test_user_mode_is_recorded_with_its_goal(make_context: MakeContext) -> None:
    record = await synthesize(make_context(mode="user", manner=Manner({"focus": 2})))
    assert record.mode == "user"
    assert record.controls == {"focus": 2}
    assert record.participants == ()
    assert record.goal
    assert record.scores["tasks_settled"] == 1.0
    assert record.scores["goal_checks"] >= len(record.goal)
    assert Dialogue.model_validate_json(record.to_line()) == record


async def test_a_dialogue_goes_on_from_another(make_context: MakeContext) -> None:
    before = await synthesize(make_context())
    wish = "Find out whether the claim can wait until May."
    start = Start(
        user=before.user,
        turns=before.turns[:4],
        goal=before.goal[:2],
        goals=(wish,),
        trajectory=before.trajectory,
        origin=Origin(dialogue=before.id, turns=4),
    )
    after = await synthesize(make_context(start=start).at(1))
    assert after.turns[:4] == before.turns[:4]
    assert after.origin == start.origin
    assert "May" in after.turns[4].text
    assert (len(after.turns), after.stop_reason) == (6, "goal_reached")
    assert (after.goal[2].given, after.goal[2].done) == (4, 5)
    assert after.user == before.user
