"""From which state a dialogue goes on, whatever turn it is cut at."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import simulated_model
from hypothesis import given
from hypothesis import strategies as st
from made_dialogues import dialogue
from openai_server import OpenAIServer
from simulated_run import made

from trialogue.continuing import check_language, start_at, start_from
from trialogue.errors import UsageError
from trialogue.records import Action, Dialogue, Origin, Start, Subtask, UserProfile
from trialogue.scenario_files import find_scenario

SETTLED = dialogue(
    "Bed?",
    "Two.",
    "And breakfast?",
    "From seven.",
    goal=(
        Subtask(id=1, text="a bed", state="confirmed", given=0, done=1),
        Subtask(id=2, text="breakfast", state="done", given=2, done=3),
    ),
)


def saved(folder: Path, *dialogues: Dialogue) -> Path:
    file = folder / "some.jsonl"
    file.write_text("".join(one.to_line() + "\n" for one in dialogues))
    return file


def states(start: Start) -> list[tuple[str, int | None, int | None]]:
    return [(subtask.state, subtask.given, subtask.done) for subtask in start.goal]


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (4, [("confirmed", 0, 1), ("done", 2, 3)]),
        (3, [("confirmed", 0, 1), ("given", 2, None)]),
        (2, [("confirmed", 0, 1), ("open", None, None)]),
        (1, [("given", 0, None), ("open", None, None)]),
    ],
)
def test_a_goal_is_as_far_as_it_was_at_that_turn(
    kept: int, expected: list[tuple[str, int | None, int | None]]
) -> None:
    start = start_at(SETTLED, kept, ["parking"])
    assert states(start) == [*expected, ("open", None, None)]
    assert start.turns == SETTLED.turns[:kept]
    assert start.user == SETTLED.user
    assert start.origin == Origin(dialogue=SETTLED.id, turns=kept)
    assert start.goal[-1] == Subtask(id=3, text="parking", kind="goal")


def test_goals_come_in_order_after_what_is_left(tmp_path: Path) -> None:
    [start] = start_from(saved(tmp_path, SETTLED), 2, ["parking", " a  late\ncheck-out "])
    assert [one.text for one in start.goal if not one.settled] == [
        "breakfast",
        "parking",
        "a late check-out",
    ]
    assert [subtask.id for subtask in start.goal] == [1, 2, 3, 4]


def test_branches_of_one_turn_share_nothing_but_it(tmp_path: Path) -> None:
    file = saved(tmp_path, SETTLED)
    [one], [other] = start_from(file, 2, ["parking"]), start_from(file, 2, ["a taxi"])
    assert one.turns == other.turns
    assert one.goal[-1] != other.goal[-1]


def test_a_record_without_a_goal_tells_an_activity_a_round() -> None:
    actions = tuple(Action(index=n, action=f"I did thing {n}.") for n in (1, 2, 3))
    user = UserProfile(id="u", identity="", intent="x", problems=("Why?", "Whence?", "Whither?"))
    old = dialogue("One.", "Yes.", "Two.", "No.", trajectory=actions, user=user)
    assert states(start_at(old, 3, ())) == [
        ("done", 0, 1),
        ("given", 2, None),
        ("open", None, None),
    ]
    assert [one.text for one in start_at(old, 3, ()).goal] == ["Why?", "Whence?", "Whither?"]
    assert [one.source for one in start_at(old, 3, ()).goal] == ["1", "2", "3"]


def test_an_imported_user_is_known_by_what_they_want(tmp_path: Path) -> None:
    file = tmp_path / "some.json"
    said = [{"role": "user", "content": "Bed?"}, {"role": "assistant", "content": "Two."}]
    file.write_text(json.dumps({"id": "abc", "messages": said}))
    [start] = start_from(file, None, ["parking", "a taxi"])
    assert start.user.intent == "parking"
    assert start.user.problems == ("parking", "a taxi")
    assert start.scenario is None
    assert start.origin == Origin(dialogue="abc", turns=2)
    [asked] = start_from(file, 1)
    assert states(asked) == [("given", 0, None)]
    assert asked.goal[0].text == "Bed?"


def test_every_dialogue_of_a_file_is_gone_on_from_in_order(tmp_path: Path) -> None:
    other = SETTLED.model_copy(update={"id": "desk-0-00001"})
    starts = start_from(saved(tmp_path, SETTLED, other), 2)
    assert [one.origin.dialogue for one in starts if one.origin] == [SETTLED.id, other.id]


@pytest.mark.parametrize(
    ("kept", "goals", "says"),
    [
        (5, ["x"], "desk-0-00000 has 4 turns; --at-turn 5 is beyond its end"),
        (0, ["x"], "--at-turn is 0; give 1 or more"),
        (-1, ["x"], "--at-turn is -1"),
        (None, [], "leaves nothing to do after turn 4; give a --goal"),
        (None, [" "], "--goal is empty"),
    ],
)
def test_what_cannot_be_gone_on_from_is_told(
    tmp_path: Path, kept: int | None, goals: list[str], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        start_from(saved(tmp_path, SETTLED), kept, goals)


def test_faults_of_the_file_are_told(tmp_path: Path) -> None:
    doubled = dialogue("a", "b", "c").model_copy(
        update={"turns": (SETTLED.turns[0], SETTLED.turns[0])}
    )
    with pytest.raises(UsageError, match=r"some\.jsonl:2: two user turns in a row"):
        start_from(saved(tmp_path, SETTLED, doubled), 1)


@given(st.integers(1, 4), st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=3))
def test_no_start_knows_of_turns_that_were_cut_off(kept: int, goals: list[str]) -> None:
    start = start_at(SETTLED, kept, goals)
    assert all((part.given or 0) < kept and (part.done or 0) < kept for part in start.goal)
    assert len({part.id for part in start.goal}) == len(start.goal)
    assert Start.model_validate_json(start.to_line()) == start


async def test_a_run_goes_on_from_another_and_branches(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> None:
    server = openai_server(simulated_model.served)
    first = (await made(tmp_path / "first", server.base_url, 2)).dialogues()
    goals = ("know who signs the claim",)
    told = {"continues": str(tmp_path / "first"), "at_turn": 2}
    branched = (await made(tmp_path / "same", server.base_url, 3, **told)).dialogues()
    extended = (await made(tmp_path / "more", server.base_url, 1, goals=goals, **told)).dialogues()
    for place, one in enumerate((*branched, *extended)):
        earlier = first[place % 2] if one in branched else first[0]
        assert one.origin == Origin(dialogue=earlier.id, turns=2)
        assert one.id.startswith(f"{one.scenario.id}-0-{place % 3:05d}-on-")
        assert one.turns[:2] == earlier.turns[:2]
        assert one.user == earlier.user
        assert all(subtask.settled for subtask in one.goal)
        assert one.rounds == len(one.goal)
    assert [len(one.goal) for one in (*branched, *extended)] == [2, 2, 2, 3]
    assert branched[0].turns[2:] != branched[2].turns[2:]
    told = {"continues": str(tmp_path / "same"), "at_turn": 2}
    again = (await made(tmp_path / "again", server.base_url, 1, **told)).dialogues()
    assert len({one.id for one in (*first, *branched, *again)}) == 6


def test_a_scenario_of_another_language_does_not_go_on() -> None:
    starts = [start_at(SETTLED, 2, [])]
    check_language(starts, find_scenario("travel_reimbursement").scenario)
    with pytest.raises(UsageError, match="is in 'en', but 'chailv_baoxiao' in 'zh'"):
        check_language(starts, find_scenario("chailv_baoxiao").scenario)
