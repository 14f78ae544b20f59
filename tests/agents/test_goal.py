"""A goal as it is worked through: whose turn brings what, and when it is over."""

from hypothesis import given
from hypothesis import strategies as st

from trialogue.agents.goal import (
    Move,
    Progress,
    marked,
    next_move,
    resumed,
    settled,
    source,
    tried,
    with_turn,
)
from trialogue.records import Subtask

GOAL: tuple[Subtask, ...] = (
    Subtask(id=1, text="Is my room covered?", source="1", hidden=("3 nights",)),
    Subtask(id=2, text="Do I pay part of it?", source="1"),
    Subtask(id=3, text="Are the taxis paid?", source="2"),
)
NEW = Progress()


def raised(*ids: int) -> tuple[Subtask, ...]:
    move = Move("raise", tuple(s for s in GOAL if s.id in ids))
    return with_turn(GOAL, NEW, move, 0)[0]


def test_the_next_open_subtasks_are_raised_at_the_pace_asked_for() -> None:
    assert next_move(GOAL, NEW) == Move("raise", GOAL[:1])
    assert next_move(GOAL, NEW, 2) == Move("raise", GOAL[:2])
    assert next_move(GOAL, NEW, 9) == Move("raise", GOAL)


def test_what_the_assistant_asks_goes_before_all_else() -> None:
    goal = raised(1)
    asked = Progress(asked="How many nights?", doubted=1)
    assert next_move(goal, asked).kind == "detail"
    assert next_move(goal, asked).subtasks[0].id == 1


def test_an_unanswered_subtask_is_raised_again_until_it_is_dropped() -> None:
    goal = raised(1)
    assert next_move(goal, NEW).kind == "again"
    assert next_move(goal, Progress(dropped=(1,))) == Move("raise", (GOAL[1],))


def test_a_doubt_is_cleared_before_the_next_subtask() -> None:
    goal = marked(raised(1), [1], "done", 1)
    assert next_move(goal, Progress(doubted=1)).kind == "confirm"
    assert next_move(goal, NEW) == Move("raise", (GOAL[1],))


def test_the_user_takes_leave_when_nothing_is_open() -> None:
    goal = marked(GOAL, [1, 2, 3], "done", 5)
    assert next_move(goal, NEW) == Move("close")
    assert settled(goal)
    assert tried(goal, NEW)


def test_what_was_dropped_is_tried_but_not_settled() -> None:
    goal = marked(raised(1), [2, 3], "done", 5)
    assert tried(goal, Progress(dropped=(1,)))
    assert not settled(goal)
    assert not tried(goal, NEW)
    assert not tried(marked(goal, [1], "done", 5), Progress(doubted=1))


def test_a_turn_is_noted_with_its_place() -> None:
    goal, progress = with_turn(GOAL, NEW, Move("raise", GOAL[:1]), 4)
    assert (goal[0].state, goal[0].given) == ("given", 4)
    assert progress.tries == {1: 1}
    goal, progress = with_turn(goal, progress, Move("again", goal[:1]), 6)
    assert goal[0].given == 4
    assert progress.tries == {1: 2}
    assert progress.about == {source(goal[0]): (4, 6)}


def test_an_answer_to_a_question_back_is_no_further_try() -> None:
    goal, progress = with_turn(GOAL, NEW, Move("raise", GOAL[:1]), 0)
    asked = progress.model_copy(update={"asked": "How many nights?"})
    _, after = with_turn(goal, asked, Move("detail", goal[:1]), 2)
    assert (after.asked, after.tries) == ("", {1: 1})
    assert after.about == {source(goal[0]): (0, 2)}


def test_confirming_keeps_the_turn_in_which_it_was_done() -> None:
    goal = marked(marked(raised(1), [1], "done", 1), [1], "confirmed", 3)
    assert (goal[0].state, goal[0].done) == ("confirmed", 1)


def test_a_goal_taken_over_shows_what_was_talked_about() -> None:
    progress = resumed(raised(1, 3))
    assert progress.about == {"point 1": (0,), "point 2": (0,)}
    assert progress.tries == {1: 1, 3: 1}


@given(st.integers(1, 5), st.lists(st.sampled_from(["yes", "no"]), max_size=40))
def test_every_goal_comes_to_an_end(pace: int, answers: list[str]) -> None:
    """Whatever is answered, moves run out once each subtask was tried twice."""
    goal, progress, turns = GOAL, NEW, 0
    outcomes = iter(answers)
    while (move := next_move(goal, progress, pace)).kind != "close":
        goal, progress = with_turn(goal, progress, move, turns)
        for subtask in move.subtasks:
            if next(outcomes, "no") == "yes":
                goal = marked(goal, [subtask.id], "done", turns + 1)
            elif progress.tries[subtask.id] >= 2:
                dropped = (*progress.dropped, subtask.id)
                progress = progress.model_copy(update={"dropped": dropped})
        turns += 2
        assert turns <= 4 * len(GOAL)
    assert tried(goal, progress)
