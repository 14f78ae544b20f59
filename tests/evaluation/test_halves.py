"""Dialogues cut in two."""

import pytest
from said import said

from trialogue.evaluation.halves import halves
from trialogue.records import Subtask


@pytest.mark.parametrize(("turns", "first"), [(4, 2), (5, 2), (6, 2), (8, 4), (10, 4), (12, 6)])
def test_the_halves_are_the_whole_and_begin_with_the_user(turns: int, first: int) -> None:
    whole = said(*map(str, range(turns)))
    parts = halves(whole)
    assert parts is not None
    assert [len(part.turns) for part in parts] == [first, turns - first]
    assert parts[0].turns + parts[1].turns == whole.turns
    assert all(part.turns[0].speaker == "user" for part in parts)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_one_round_has_no_halves(turns: int) -> None:
    assert halves(said(*map(str, range(turns)))) is None


def test_the_goal_is_divided_as_it_was_raised() -> None:
    goal = (
        Subtask(id=1, text="a", state="done", given=0, done=3),
        Subtask(id=2, text="b", state="done", given=2, done=3),
        Subtask(id=3, text="c"),
    )
    parts = halves(said(*"abcd").model_copy(update={"goal": goal}))
    assert parts is not None
    first, last = ([(s.id, s.given, s.done) for s in part.goal] for part in parts)
    assert first == [(1, 0, None)]
    assert last == [(2, 0, 1)]
