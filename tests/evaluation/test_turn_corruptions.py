"""Spoilt turns: the context stays, the last turn is another, the same each time."""

import pytest
from made_dialogues import dialogue

from trialogue.evaluation.turn_corruptions import TURN_CORRUPTIONS, corrupted_turns

OTHER = dialogue("What about the taxi?", "Taxis are paid after ten at night.")
MOMENTS = [
    dialogue("I stayed three nights at a hotel in Bergen."),
    dialogue("I stayed three nights in Bergen.", "A hotel is paid up to 450 a night."),
]


def test_only_the_last_turn_is_another() -> None:
    spoilt = corrupted_turns(MOMENTS, [*MOMENTS, OTHER])
    assert set(spoilt) == set(TURN_CORRUPTIONS)
    for kind, found in spoilt.items():
        for moment, bad in zip(MOMENTS, found, strict=True):
            assert bad.turns[:-1] == moment.turns[:-1], kind
            assert bad.turns[-1].speaker == moment.turns[-1].speaker
            assert bad.turns[-1].text != moment.turns[-1].text, kind
    assert spoilt["foreign"][1].turns[-1].text == "Taxis are paid after ten at night."
    assert spoilt["echoed"][1].turns[-1].text == MOMENTS[1].turns[0].text


def test_the_same_seed_gives_the_same() -> None:
    first, again, other = (corrupted_turns(MOMENTS, [OTHER], seed) for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("text", ["好的，住宿费可以报销。", "Yes.", "x"])
def test_short_turns_and_turns_without_spaces_do_not_break_it(text: str) -> None:
    found = corrupted_turns([dialogue(text)], [])
    assert all(len(one) == 1 and one[0].turns for one in found.values())
