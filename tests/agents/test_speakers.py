"""Who speaks next: in turn, by address, as a model says; and who the speakers are."""

import json
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openai_server import Body, OpenAIServer
from pydantic import ValidationError

from trialogue.agents.caller import Caller, ModelSpec
from trialogue.agents.companion import put_to, spoken_to
from trialogue.agents.participants import (
    Member,
    enough_points,
    label,
    on_side,
    owner,
    recorded,
    seated,
    speaking_name,
    waiting,
    with_seats,
)
from trialogue.agents.speakers import able_to_speak, addressed, next_speaker
from trialogue.agents.writer import Writer
from trialogue.errors import UsageError
from trialogue.memory.journal import Journal
from trialogue.records import Scenario, Turn, UserProfile
from trialogue.records.scenario import Policy, Seat, check_seats
from trialogue.scenario_files import find_scenario

TRAVEL = find_scenario("travel_reimbursement").scenario
BAOXIAO = find_scenario("chailv_baoxiao").scenario
USER = UserProfile(id="u", identity="Rosa Park, 41, auditor", intent="I ask.", problems=())


def member(name: str, *, user: bool = False) -> Member:
    return Member(speaker="user" if user else "assistant", name=name, description=f"the {name}")


ANN, BEN = member("Ann", user=True), member("Ben", user=True)
DESK, LEAD = member("Desk"), member("Lead")
TWO, FOUR = (ANN, DESK), (ANN, BEN, DESK, LEAD)
BOTH = {"Ann", "Ben"}


def turn(person: Member, text: str = "So it is.", *, named: bool = True) -> Turn:
    return Turn(speaker=person.speaker, name=person.name if named else "", text=text)


class Said:
    """A model that answers with the next of some names, and counts how often it is asked."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.bodies: list[Body] = []

    def __call__(self, body: Body) -> str:
        self.bodies.append(body)
        return json.dumps({"next": self.names.pop(0) if self.names else "nobody"})


MakeWriter = Callable[[Said], Writer]


@pytest.fixture
async def make_writer(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> AsyncIterator[MakeWriter]:
    """A writer whose model is a `Said`."""
    with Journal(tmp_path / "journal.sqlite") as journal:
        callers: list[Caller] = []

        def make(said: Said) -> Writer:
            spec = ModelSpec(name="openai:simulated", base_url=openai_server(said).base_url)
            callers.append(Caller({"assistant": spec}, journal))
            return Writer(callers[-1], "en", 1)

        yield make
        for caller in callers:
            await caller.aclose()


async def order(
    writer: Writer, policy: Policy, people: tuple[Member, ...], rounds: int
) -> list[str]:
    """Who speaks in a dialogue of some rounds in which all users have something to say."""
    turns: list[Turn] = []
    while True:
        asked = sum(t.speaker == "user" for t in turns)
        left = {p.name for p in on_side(people, "user")} if asked < rounds else set()
        person = await next_speaker(policy, people, turns, writer, left)
        if person is None:
            return [t.name for t in turns]
        turns.append(turn(person))


@pytest.mark.parametrize("policy", ["round_robin", "address", "model"])
async def test_two_alternate_without_a_call(make_writer: MakeWriter, policy: Policy) -> None:
    said = Said()
    assert await order(make_writer(said), policy, TWO, 3) == ["Ann", "Desk"] * 3
    assert said.bodies == []


async def test_in_turn_everybody_speaks_once_a_round(make_writer: MakeWriter) -> None:
    spoken = await order(make_writer(Said()), "round_robin", FOUR, 3)
    assert spoken == ["Ann", "Desk", "Lead", "Ben", "Desk", "Lead", "Ann", "Desk", "Lead"]


async def test_unnamed_turns_belong_to_the_first_of_the_side(make_writer: MakeWriter) -> None:
    turns = [turn(ANN, named=False), turn(DESK, named=False)]
    person = await next_speaker("round_robin", FOUR, turns, make_writer(Said()), BOTH)
    assert person == LEAD


async def test_who_is_spoken_to_answers(make_writer: MakeWriter) -> None:
    writer = make_writer(Said())
    for text, person in (("Lead, is it paid?", LEAD), ("Is it paid?", DESK)):
        said = [turn(ANN, text)]
        assert await next_speaker("address", FOUR, said, writer, BOTH) == person
    handed = [turn(ANN, "Is it?"), turn(DESK, "What do you think, Lead?")]
    assert await next_speaker("address", FOUR, handed, writer, BOTH) == LEAD
    back = [turn(ANN, "Is it?"), turn(DESK, "It is. Ann, there is more to that.")]
    assert await next_speaker("address", FOUR, back, writer, BOTH) == ANN


async def test_who_is_not_spoken_to_is_heard_all_the_same(make_writer: MakeWriter) -> None:
    spoken = await order(make_writer(Said()), "address", FOUR, 4)
    assert spoken == ["Ann", "Desk", "Ben", "Desk", "Ann", "Desk", "Lead", "Ben", "Desk"]


async def test_the_model_chooses_among_those_who_may_speak(make_writer: MakeWriter) -> None:
    said = Said("Lead", "Desk", "Ann")
    writer, turns = make_writer(said), [turn(ANN, "Hm?")]
    for chosen in (LEAD, DESK):
        assert await next_speaker("model", FOUR, turns, writer, BOTH) == chosen
        turns.append(turn(chosen, f"Said {chosen.name}."))
    assert await next_speaker("model", FOUR, turns, writer, BOTH) == ANN
    asked = [str(body["messages"][-1]["content"]) for body in said.bodies]
    assert "<may>Desk / Lead</may>" in asked[0]
    assert "<may>Desk / Ben / Ann</may>" in asked[1]
    assert "Ann: the Ann / Ben: the Ben / Desk: the Desk / Lead: the Lead" in asked[0]
    assert "Ann: Hm? Lead: Said Lead." in asked[1]


async def test_a_model_that_names_nobody_leaves_it_to_the_address(make_writer: MakeWriter) -> None:
    turns = [turn(ANN, "Lead, is it?")]
    assert await next_speaker("model", FOUR, turns, make_writer(Said()), BOTH) == LEAD


@pytest.mark.parametrize("policy", ["round_robin", "address", "model"])
async def test_it_is_over_when_nobody_waits(make_writer: MakeWriter, policy: Policy) -> None:
    writer, said = make_writer(Said()), [turn(ANN), turn(DESK), turn(LEAD)]
    assert await next_speaker(policy, FOUR, said, writer, set()) is None
    assert await next_speaker(policy, TWO, (), writer, set()) is None


policies: st.SearchStrategy[Policy] = st.sampled_from(["round_robin", "address", "model"])


@given(users=st.integers(1, 3), assistants=st.integers(1, 3), choices=st.lists(st.integers(0, 9)))
def test_whoever_is_chosen_of_those_able_a_round_stays_a_round(
    users: int, assistants: int, choices: list[int]
) -> None:
    people = tuple(
        [member(f"U{i}", user=True) for i in range(users)]
        + [member(f"A{i}") for i in range(assistants)]
    )
    turns: list[Turn] = []
    for choice in choices:
        able = able_to_speak(people, turns, {p.name for p in on_side(people, "user")})
        turns.append(turn(able[choice % len(able)]))
    speakers = [t.speaker for t in turns]
    assert all(pair != ("user", "user") for pair in pairwise(speakers))
    assert all(a.name != b.name for a, b in pairwise(turns))
    for rounds in "".join("|" if t.speaker == "user" else t.name[1] for t in turns).split("|"):
        assert len(set(rounds)) == len(rounds)


async def test_nobody_is_passed_over_for_long(make_writer: MakeWriter) -> None:
    """Also where a model always chooses the same two."""
    said = Said(*["Desk", "Ann"] * 20)
    spoken = await order(make_writer(said), "model", FOUR, 12)
    users = [i for i, name in enumerate(spoken) if name in BOTH]
    rounds = [spoken[i:j] for i, j in pairwise([*users, len(spoken)])]
    assert len(rounds) == 12
    for name in ("Ben", "Lead"):
        heard = [i for i, names in enumerate(rounds) if name in names]
        assert all(j - i <= 4 for i, j in pairwise([-1, *heard, len(rounds)])), rounds


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("Lead, is my room covered?", LEAD),
        ("It was 3 nights. Lead: is that so?", LEAD),
        ("What do you say, Lead?", LEAD),
        ("Thanks, Desk. And lead, what of the taxi?", LEAD),
        ("Lead, or rather Desk, tell me.", LEAD),
        ("Hello Desk, I have a question.", DESK),
        ("主管Lead说过。Desk，这样行吗？", DESK),
        ("The Lead decides that.", None),
        ("I asked the Desk, and it said no.", None),
        ("", None),
    ],
)
def test_who_is_spoken_to_by_name(text: str, person: Member | None) -> None:
    assert addressed(text, (DESK, LEAD)) == person


def test_the_longer_name_is_meant() -> None:
    travel = member("Travel Desk")
    assert addressed("Travel Desk, is it paid?", (DESK, travel)) == travel


def test_questions_are_put_to_somebody() -> None:
    assert put_to("Is that paid?", "Lead", "en") == "Lead, is that paid?"
    assert put_to("I paid it, or not?", "Lead", "en") == "Lead, I paid it, or not?"
    assert put_to("I'm covered?", "Lead", "en") == "Lead, I'm covered?"
    assert put_to("这样行吗？", "主管", "zh") == "主管，这样行吗？"


def test_whom_a_question_is_put_to_is_drawn() -> None:
    drawn = [spoken_to("address", FOUR, (), seed) for seed in range(40)]
    assert set(drawn) == {None, LEAD}
    assert {spoken_to("round_robin", FOUR, (), seed) for seed in range(9)} == {None}
    assert {spoken_to("address", TWO, (), seed) for seed in range(9)} == {None}


def scenario(*seats: Seat, base: Scenario = TRAVEL) -> Scenario:
    return with_seats(base, seats, "address")


def user(name: str = "", description: str = "") -> Seat:
    return Seat(speaker="user", name=name, description=description)


def assistant(name: str = "", description: str = "") -> Seat:
    return Seat(speaker="assistant", name=name, description=description)


def test_without_seats_there_are_the_two_roles() -> None:
    people = seated(TRAVEL, USER, 7)
    assert [(p.speaker, p.name) for p in people] == [("user", "Employee"), ("assistant", "Desk")]
    assert people[0].description == TRAVEL.roles.user.description
    assert people[0].profile == USER
    assert recorded(people) == ()
    assert {speaking_name(people, person) for person in people} == {""}


def test_seats_are_filled_in_order() -> None:
    table = scenario(user("Guest"), assistant("Desk"), user(), assistant("Lead", "who decides"))
    people = seated(table, USER, 7)
    assert [p.name for p in people][:2] == ["Guest", "Desk"]
    assert people[3].description == "who decides"
    assert people[1].description == TRAVEL.roles.assistant.description
    companion = people[2].profile
    assert companion is not None
    assert companion.identity.startswith(people[2].name)
    assert companion.identity != USER.identity
    assert seated(table, USER, 7) == people
    assert [p.name for p in recorded(people)] == [p.name for p in people]
    assert recorded(people)[0].description.startswith("Rosa Park, 41")
    assert speaking_name(people, people[2]) == people[2].name


@pytest.mark.parametrize("base", [TRAVEL, BAOXIAO])
def test_whoever_took_part_before_takes_part_again(base: Scenario) -> None:
    seats = user(), user("", "who came along"), assistant("Desk"), assistant("Lead", "a; b")
    people = seated(scenario(*seats, base=base), USER, 7)
    again = seated(base, USER, 8, recorded(people))
    assert again == people
    assert recorded(again) == recorded(people)
    assert seated(base, USER, 8, ()) == seated(base, USER, 9)


def test_drawn_names_tell_everybody_apart() -> None:
    table = scenario(user(), user(), user(), user("Zoe"), assistant("Rosa"))
    for seed in range(60):
        names = [p.name for p in seated(table, USER, seed)]
        assert len(set(names)) == len(names)
        assert names[0] == "Rosa 2"
        known_as = [p.profile.identity.split()[0] for p in seated(table, USER, seed) if p.profile]
        assert len(set(known_as)) == 4


def test_chinese_names_are_drawn_whole() -> None:
    table = scenario(user(), user(), assistant("财务"), base=BAOXIAO)
    someone = USER.model_copy(update={"identity": "王佳怡，35岁，采购，细心"})
    people = seated(table, someone, 3)
    assert people[0].name == "王佳怡"
    assert len(people[1].name) >= 2


def test_points_go_round_the_users() -> None:
    assert [owner(FOUR, number) for number in (1, 2, 3)] == ["Ann", "Ben", "Ann"]
    assert waiting(FOUR, (1, 3)) == {"Ann"}
    assert waiting(TWO, ()) == set()


def test_every_user_gets_a_point() -> None:
    table = scenario(user("Ann"), user("Ben"), user("Cleo"), assistant("Desk"))
    assert enough_points(table, (1, 2), 8) == (3, 3)
    assert enough_points(TRAVEL, (1, 2), 8) == (1, 2)
    with pytest.raises(UsageError, match="3 users need 3 rounds; there are 2"):
        enough_points(table, (1, 2), 2)


def test_transcripts_name_who_speaks() -> None:
    assert label(TRAVEL, turn(LEAD)) == "Lead"
    assert label(TRAVEL, turn(ANN, named=False)) == "Employee"


@pytest.mark.parametrize(
    ("seats", "says"),
    [
        ([assistant("Desk")], "has no user"),
        ([user()], "has no assistant"),
        ([user(), assistant()], "an assistant without a name"),
        ([user("Ann"), assistant("ANN")], "'Ann' twice"),
        ([user("Ann"), assistant("Desk: I")], "the name 'Desk: I'"),
        ([user(" "), assistant("Desk")], "the name ' '"),
    ],
)
def test_seats_that_cannot_be_taken(seats: list[Seat], says: str) -> None:
    with pytest.raises(ValueError, match=says) as error:
        check_seats(seats)
    assert "\n" not in str(error.value)
    with pytest.raises(ValidationError, match=says):
        Scenario.model_validate({**TRAVEL.model_dump(), "participants": seats})


def test_a_file_with_an_odd_table_says_where(tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    values = TRAVEL.model_dump(mode="json") | {"participants": [{"speaker": "user"}]}
    file.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    with pytest.raises(UsageError, match=r"odd\.yaml:\d+: participants: has no assistant"):
        find_scenario(str(file))


def test_no_seats_and_many_seats_are_fine() -> None:
    check_seats([])
    check_seats([user(), user(), assistant("O'Neill Jr."), assistant("财务")])
