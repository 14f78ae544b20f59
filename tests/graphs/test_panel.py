"""Dialogues of more than two: the same graph, with the scenario's seats taken."""

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from made_users import MakeContext, candidate, trajectory
from openai_server import Body, OpenAIServer, Reply
from simulated_model import prompt_of, served

from trialogue.agents.controls import Manner
from trialogue.agents.figures import missing
from trialogue.agents.participants import with_seats
from trialogue.graphs import dialogue, knowledge
from trialogue.graphs.context import Context, Options
from trialogue.graphs.running import run_graph
from trialogue.records import Participant, Start, Subtask, Turn
from trialogue.records.scenario import Policy, Seat

SEATS = {
    "en": [
        Seat(speaker="user", name="Employee"),
        Seat(speaker="user", name="Colleague", description="a colleague from the same trip"),
        Seat(speaker="assistant", name="Desk"),
        Seat(speaker="assistant", name="Supervisor", description="who says what to watch"),
    ],
    "zh": [
        Seat(speaker="user", name="员工"),
        Seat(speaker="user", name="同事", description="一起出差的同事"),
        Seat(speaker="assistant", name="财务"),
        Seat(speaker="assistant", name="主管", description="补充要注意的地方"),
    ],
}
MakePanel = Any


@pytest.fixture
def make_panel(make_context: MakeContext) -> MakePanel:
    """Makes a context for a scenario with seats of the above, all of them, two or none taken."""

    async def make(
        policy: Policy = "round_robin",
        name: str = "travel_reimbursement",
        seats: int = 4,
        **given: Any,
    ) -> Context:
        usual = {"options": Options(points=(4, 4))}
        context: Context = make_context(name, **(usual | given))
        scenario = context.scenario
        taken = SEATS[scenario.language][:: 2 if seats == 2 else 1] if seats else ()
        context = replace(context, scenario=with_seats(scenario, taken, policy))
        await run_graph(knowledge.build().compile(), {}, context)
        return context

    return make


async def talk(context: Context, **given: Any) -> dict[str, Any]:
    someone = candidate(context)
    state = {"user": someone.user, "trajectory": trajectory(someone), **given}
    return await run_graph(dialogue.build().compile(), state, context)


def names(turns: tuple[Turn, ...]) -> list[str]:
    return [turn.name for turn in turns]


@pytest.mark.parametrize("name", ["travel_reimbursement", "chailv_baoxiao"])
async def test_in_turn_each_user_tells_their_own_points(make_panel: MakePanel, name: str) -> None:
    context = await make_panel(name=name)
    ended = await talk(context)
    first, second, desk, lead = (seat.name for seat in context.scenario.participants)
    assert names(ended["turns"]) == [first, desk, lead, second, desk, lead] * 2
    assert ended["stop_reason"] == "goal_reached"
    told = [turn for turn in ended["turns"] if turn.speaker == "user"]
    for turn, action in zip(told, ended["trajectory"], strict=True):
        assert not missing([f.value for f in action.facts], turn.text, context.scenario.language)


async def test_a_companion_joins_and_comes_back(make_panel: MakePanel) -> None:
    ended = await talk(await make_panel())
    second = [turn.text for turn in ended["turns"] if turn.name == "Colleague"]
    assert "I want to know where I stand." in ended["turns"][0].text
    assert ended["trajectory"][1].topic in second[0].partition(".")[0]
    assert not any("I want to know where I stand." in text for text in second)
    assert second[0].split()[:3] != second[1].split()[:3]


@pytest.mark.parametrize(
    ("said", "name"),
    [("I built it together with you.", "travel_reimbursement"), ("我想问。", "chailv_baoxiao")],
)
async def test_who_joins_says_what_it_is_about(
    make_panel: MakePanel, server: OpenAIServer, said: str, name: str
) -> None:
    def reply(body: Body) -> Reply | str:
        return said if prompt_of(body) == "join" else served(body)

    server.reply = reply
    ended = await talk(await make_panel(name=name))
    joins = next(turn.text for turn in ended["turns"][3:])
    assert said not in joins
    assert re.match(f"[^.。]*{ended['trajectory'][1].topic}", joins)


async def test_a_second_assistant_says_more_than_the_first(
    make_panel: MakePanel, server: OpenAIServer
) -> None:
    context = await make_panel()
    turns = (await talk(context))["turns"]
    passages = [p.text for source in context.shelf._by_source.values() for p in source]
    for answer, remark in zip(turns[1::3], turns[2::3], strict=True):
        if remark.sources:
            rule = remark.text.partition(": ")[2]
            assert any(rule in " ".join(text.split()) for text in passages)
            assert rule not in answer.text
    assert sum(bool(remark.sources) for remark in turns[2::3]) >= 3


async def test_a_remark_that_is_not_from_the_rules_gives_way_to_the_rule(
    make_panel: MakePanel, server: OpenAIServer
) -> None:
    def reply(body: Body) -> Reply | str:
        if prompt_of(body) == "remark":
            return "Everything will be paid, do not worry."
        return served(body)

    server.reply = reply
    remarks = [t for t in (await talk(await make_panel()))["turns"] if t.name == "Supervisor"]
    assert len(remarks) == 4
    assert all("do not worry" not in remark.text for remark in remarks)
    assert any(remark.sources and remark.rewrites for remark in remarks)


async def test_without_rules_the_second_assistant_has_nothing_to_add(
    make_panel: MakePanel,
) -> None:
    context = await make_panel(documents=())
    remarks = [t for t in (await talk(context))["turns"] if t.name == "Supervisor"]
    assert all(remark.sources == () for remark in remarks)
    assert len({remark.text for remark in remarks}) == 3


async def test_by_address_who_is_named_answers(make_panel: MakePanel) -> None:
    turns: list[Turn] = []
    context = await make_panel("address")
    for number in range(4):
        turns += (await talk(context.at(number)))["turns"]
    for asked, answer in pairwise(turns):
        if asked.speaker == "user":
            named = "Supervisor, " in asked.text
            assert answer.name == ("Supervisor" if named else "Desk")
    assert {turn.name for turn in turns} == {seat.name for seat in SEATS["en"]}


@pytest.mark.parametrize("policy", ["round_robin", "address", "model"])
async def test_every_user_turn_is_answered_and_nobody_speaks_twice_in_a_row(
    make_panel: MakePanel, policy: Policy
) -> None:
    turns = (await talk(await make_panel(policy)))["turns"]
    for one, other in pairwise(turns):
        assert one.name != other.name
        assert (one.speaker, other.speaker) != ("user", "user")
    assert turns[-1].speaker == "assistant"
    assert {t.name for t in turns} == {seat.name for seat in SEATS["en"]}


@pytest.mark.parametrize("policy", ["round_robin", "model"])
async def test_it_goes_on_from_turns_that_stand_already(
    make_panel: MakePanel, policy: Policy
) -> None:
    context = await make_panel(policy)
    whole = await talk(context)
    third = [i for i, t in enumerate(whole["turns"]) if t.speaker == "user"][2]
    fresh = {"state": "open", "given": None, "done": None}
    goal = tuple(s.model_copy(update=fresh) if s.given >= third else s for s in whole["goal"])
    rest = await talk(context, turns=whole["turns"][:third], goal=goal)
    assert names(rest["turns"]) == names(whole["turns"])
    assert rest["turns"] == whole["turns"]


async def test_rounds_are_bounded_and_the_last_one_is_finished(make_panel: MakePanel) -> None:
    context = await make_panel(options=Options(points=(4, 4), rounds=2))
    ended = await talk(context)
    assert ended["stop_reason"] == "max_rounds"
    first, second, *assistants = (seat.name for seat in SEATS["en"])
    assert names(ended["turns"]) == [first, *assistants, second, *assistants]


@pytest.mark.parametrize("policy", ["round_robin", "address", "model"])
async def test_in_user_mode_everything_is_settled_too(
    make_panel: MakePanel, policy: Policy
) -> None:
    context = await make_panel(policy, mode="user")
    ended = await talk(context)
    assert ended["stop_reason"] in ("goal_reached", "gave_up")
    assert all(s.given is not None for s in ended["goal"])
    for one, other in pairwise(ended["turns"]):
        assert (one.speaker, other.speaker) != ("user", "user")


async def test_a_doubt_is_confirmed_before_others_speak(make_panel: MakePanel) -> None:
    unsure = Manner({"knowledge_gap": 5, "decision_style": "dependent"}, "en")
    context = await make_panel(mode="user", manner=unsure)
    confirmed = []
    for number in range(3):
        ended = await talk(context.at(number))
        confirmed += [(s, ended["turns"]) for s in ended["goal"] if s.state == "confirmed"]
    assert confirmed
    for subtask, turns in confirmed:
        assert turns[subtask.given].name == turns[subtask.done + 1].name


async def test_a_user_and_an_assistant_with_names_are_still_two(make_panel: MakePanel) -> None:
    two, roles = await make_panel(seats=2), await make_panel(seats=0)
    turns = (await talk(two))["turns"]
    assert names(turns) == [""] * 8
    assert turns == (await talk(roles))["turns"]


async def test_many_who_take_part_in_what_is_gone_on_from_have_steps_enough(
    make_panel: MakePanel,
) -> None:
    names = ("Ada", "Bob", "Cid", "Dan", "Eve", "Fay", "Gus", "Hal")
    people = (
        Participant(speaker="user", name="Employee"),
        *(Participant(speaker="assistant", name=name) for name in names),
    )
    goal = tuple(Subtask(id=i, text=f"Is thing {i} paid?", kind="goal") for i in range(1, 30))
    context = await make_panel(seats=0, options=Options(points=(1, 1), rounds=30))
    start = Start(user=candidate(context).user, participants=people, goal=goal)
    ended = await talk(replace(context, start=start), trajectory=(), goal=goal)
    assert ended["stop_reason"] == "goal_reached"
    assert len(ended["turns"]) > 150
