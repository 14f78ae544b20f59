"""Which question comes when."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from trialogue.agents.controls import Manner
from trialogue.agents.goal import Mode
from trialogue.agents.goal_order import Question, essential_first, fitted, in_order
from trialogue.records import Action, Fact


def action(*facts: tuple[str, str]) -> Action:
    told = tuple(Fact(name=f"f{i}", value=v, unit=u) for i, (v, u) in enumerate(facts))
    return Action(index=1, action="I did it.", facts=told)


def chains(*lengths: int) -> dict[int, list[Question]]:
    return {
        point: [Question(point, f"{point}.{n}") for n in range(length)]
        for point, length in enumerate(lengths)
    }


def test_the_most_at_stake_comes_first_and_the_rest_in_order() -> None:
    hotel = action(("400", "CNY per night"), ("3", "nights"))
    flight = action(("1000", "CNY"), ("30", "days"))
    taxi = action(("40", "CNY per ride"), ("8", "rides"))
    assert essential_first([taxi, flight, hotel]) == [2, 0, 1]
    assert essential_first([flight, hotel, taxi]) == [1, 0, 2]
    zh = action(("400", "元/晚"), ("3", "晚"))
    assert essential_first([action(("1000", "元")), zh]) == [1, 0]


def test_without_money_the_order_stays() -> None:
    assert essential_first([action(("3", "days")), action(("9", "days"))]) == [0, 1]
    assert essential_first([]) == []


def test_smooth_goes_point_by_point() -> None:
    order = in_order(chains(3, 1, 2), Manner({"smoothness": "A"}), Random(0))
    assert [question.text for question in order] == ["0.0", "0.1", "0.2", "1.0", "2.0", "2.1"]
    assert in_order(chains(3, 1, 2), Manner(), Random(0)) == order


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=5),
    st.sampled_from("ABCDEF"),
    st.integers(0, 99),
)
def test_every_question_once_and_each_point_in_its_own_order(
    lengths: list[int], grade: str, seed: int
) -> None:
    order = in_order(chains(*lengths), Manner({"smoothness": grade}), Random(seed))
    assert Counter(question.point for question in order) == dict(enumerate(lengths))
    for point in range(len(lengths)):
        own = [question.text for question in order if question.point == point]
        assert own == sorted(own)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.integers(2, 30))
def test_questions_fit_into_the_rounds_asked_for(lengths: list[int], rounds: int) -> None:
    manner = Manner({"turns": rounds})
    rooms: dict[Mode, int] = {"task": rounds, "user": rounds - 1}
    for mode, room in rooms.items():
        kept = fitted(chains(*lengths), mode, manner)
        count = sum(map(len, kept.values()))
        assert count == min(room, sum(lengths))
        assert all(kept.values())
