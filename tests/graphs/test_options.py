from typing import Any

import pytest
from made_users import MakeContext

from trialogue.agents.controls import Manner
from trialogue.errors import UsageError
from trialogue.graphs.context import USER_MODE_ROUNDS, Options
from trialogue.graphs.running import steps
from trialogue.settings import load_settings

NOT_BELOW = {"rounds": 1, "drafts": 1, "proposals": 1, "passages": 1, "pages": 0, "lookups": 0}


@pytest.mark.parametrize(
    "given",
    [
        *({name: least - 1} for name, least in NOT_BELOW.items()),
        {"duplicate": 1.1},
        {"duplicate": -0.1},
        {"points": [0, 3]},
        {"points": [4, 3]},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_by_name(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"options.{next(iter(given))}: "):
        load_settings(None, {"scenario": "any", **given})


def test_the_least_is_allowed() -> None:
    least = Options.model_validate({**NOT_BELOW, "points": (1, 1), "duplicate": 0})
    assert (least.rounds, least.pages) == (1, 0)


def test_long_stories_get_more_steps() -> None:
    assert steps(Options(points=(1, 500), rounds=500)) >= 4 * 500
    assert steps(Options(rounds=900)) >= 2 * 900


def test_controls_have_the_room_that_they_ask_for(make_context: MakeContext) -> None:
    def rounds(options: Options, **controls: Any) -> int:
        return make_context(options=options, manner=Manner(controls)).rounds

    usual = Options()
    assert rounds(usual) == usual.rounds
    assert rounds(usual, turns=usual.rounds + 4) == usual.rounds + 4
    assert rounds(usual, focus=5, knowledge_gap=5) == USER_MODE_ROUNDS
    assert rounds(Options(rounds=3), focus=5) == 3
    assert rounds(Options(rounds=3), turns=12) == 3
