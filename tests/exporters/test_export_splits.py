"""Splits: nothing of one is known from another, and nothing depends on the order."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_dialogues import dialogue
from made_tasks import trip

from trialogue.errors import UsageError
from trialogue.export_splits import split_names
from trialogue.records import Action, Dialogue, Origin, ScenarioRef, UserProfile

SHARES = (0.8, 0.1, 0.1)


def small(number: int, scenario: str = "desk") -> Dialogue:
    """A dialogue of too few words to resemble another."""
    here = ScenarioRef(id=scenario, name=scenario, language="en")
    return dialogue(f"{number}?", "Yes.", id=f"{scenario}-{number}", scenario=here)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 40), st.integers(0, 5), st.randoms(use_true_random=False))
def test_a_split_depends_on_ids_and_seed_alone(count: int, seed: int, rng: random.Random) -> None:
    dialogues = [small(number, f"s{number % 3}") for number in range(count)]
    found = split_names(dialogues, SHARES, seed)
    assert set(found) == {one.id for one in dialogues}
    rng.shuffle(dialogues)
    assert split_names(dialogues, SHARES, seed) == found
    if count >= 3:
        assert set(found.values()) == {"train", "validation", "test"}


def test_shares_are_kept_in_each_scenario() -> None:
    dialogues = [small(number, scenario) for scenario in "abc" for number in range(100)]
    found = split_names(dialogues, SHARES, 3)
    assert Counter(found.values()) == {"train": 240, "validation": 30, "test": 30}
    for scenario in "abc":
        tested = sum(name == "test" for one, name in found.items() if one[0] == scenario)
        assert 8 <= tested <= 12
    assert split_names(dialogues, SHARES, 4) != found


def test_a_scenario_can_be_kept_whole() -> None:
    dialogues = [small(n, f"s{scenario}") for scenario in range(12) for n in range(4)]
    found = split_names(dialogues, SHARES, 0, "scenario")
    for scenario in range(12):
        assert len({found[f"s{scenario}-{n}"] for n in range(4)}) == 1
    assert set(found.values()) == {"train", "validation", "test"}


def test_branches_stories_and_copies_stay_together() -> None:
    branched = [
        small(number).model_copy(
            update={"origin": Origin(dialogue=f"desk-{number % 5}", turns=1)} if number > 4 else {}
        )
        for number in range(40)
    ]
    found = split_names(branched, SHARES)
    assert all(found[f"desk-{n}"] == found[f"desk-{n % 5}"] for n in range(40))
    assert len(set(found.values())) == 3

    user = UserProfile(id="u", identity="Ann", intent="", problems=())
    story = (Action(index=1, action="I took a taxi."),)
    same = [small(n).model_copy(update={"user": user, "trajectory": story}) for n in range(9)]
    assert len(set(split_names(same, SHARES).values())) == 1

    copied = [trip(number).model_copy(update={"id": f"{i}-{number}"})
              for number in range(10) for i in range(4)]  # fmt: skip
    found = split_names(copied, SHARES)
    for number in range(10):
        assert len({found[f"{i}-{number}"] for i in range(4)}) == 1


def test_a_split_may_have_no_share() -> None:
    found = split_names([small(number) for number in range(9)], (1, 0, 0))
    assert set(found.values()) == {"train"}
    assert split_names([], SHARES) == {}


@pytest.mark.parametrize("shares", [(), (1, 1), (0, 0, 0), (-1, 1, 1), (float("nan"), 1, 1)])
def test_shares_that_are_none(shares: tuple[float, ...]) -> None:
    with pytest.raises(UsageError, match="train, validation and test"):
        split_names([small(1)], shares)
    with pytest.raises(UsageError, match="dialogue and scenario"):
        split_names([small(1)], SHARES, 0, "user")
