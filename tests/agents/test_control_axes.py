"""Controls as axes of a box: values, ends, where unoptimised dialogues stand, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_dialogues import dialogue

from trialogue.agents.controls import all_controls
from trialogue.agents.controls.axes import Axis, chosen_axes, usual_axes, values_at
from trialogue.errors import UsageError

TUNABLE = ["turns=2..6", "focus", "smoothness", "feedback", "disclosure=1..2", "formality"]


def axis(name: str) -> Axis:
    """One axis among others that make the choice whole."""
    names = dict.fromkeys([name, "focus", "verbosity"])
    found = chosen_axes(list(names), {})
    return next(a for axes in found.values() for a in axes if a.name == name.partition("=")[0])


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("turns=2..6", 2, 6), ("smoothness", "A", "F"), ("smoothness=B..D", "B", "D"),
     ("feedback", 0.0, 1.0), ("focus", 1, 5)],
)  # fmt: skip
def test_the_ends_of_the_box_are_the_ends_of_the_range(
    name: str, low: object, high: object
) -> None:
    assert (axis(name).value(-1), axis(name).value(1)) == (low, high)
    assert (axis(name).value(-7), axis(name).value(7)) == (low, high)


@given(st.sampled_from(TUNABLE), st.floats(-1, 1))
def test_every_value_is_allowed_and_its_coordinate_gives_it_again(name: str, x: float) -> None:
    one = axis(name)
    value = one.value(x)
    assert one.control.checked(value) == value
    assert one.value(one.coordinate(one.control.share(value))) == value


def test_where_dialogues_stand_that_were_made_without_the_control() -> None:
    two = dialogue("Hello?", "Yes.", "And now?", "No.")
    four = dialogue(*["Hello?", "Yes."] * 4)
    assert axis("turns=2..6").value(axis("turns=2..6").met([two, four])) == 3
    assert axis("turns=3..6").met([two]) == -1
    assert axis("disclosure").met([two]) == 0.0


def test_values_by_name() -> None:
    found = chosen_axes(["turns=2..6", "smoothness", "verbosity"], {})
    assert values_at(found["theta"], [0.0, 1.0]) == {"turns": 4, "smoothness": "F"}
    assert values_at(found["phi"], [-0.5]) == {"verbosity": 0.25}


@pytest.mark.parametrize("mode", ["task", "user"])
@pytest.mark.parametrize("reactions", [True, False])
def test_the_usual_controls_can_be_tuned_and_those_that_are_set_stay_out(
    mode: str, reactions: bool
) -> None:
    names = usual_axes(mode, reactions)
    whole = chosen_axes(names, {}, usual=True)
    assert len(whole["theta"]) + len(whole["phi"]) == len(names)
    assert ("feedback" in str(names)) is reactions
    less = chosen_axes(names, {"turns": 4, "formality": 0.2}, usual=True)
    left = {axis.name for axes in less.values() for axis in axes}
    assert left == {name.partition("=")[0] for name in names} - {"turns", "formality"}


@pytest.mark.parametrize(
    ("names", "fixed", "told"),
    [
        (["turnz", "verbosity"], {}, "did you mean turns"),
        (["turns", "identity"], {}, "identity cannot be tuned"),
        (["turns", "specificity"], {}, "no single line shows it"),
        (["turns=4", "verbosity"], {}, "over a range, such as turns=1..20"),
        (["turns=2..60", "verbosity"], {}, "control turns"),
        (["turns", "verbosity"], {"turns": 3}, "set and tuned at once"),
        (["turns"], {}, "of turns, such as formality"),
        (["verbosity"], {}, "of dialogues, such as turns"),
    ],
)
def test_what_cannot_be_tuned(names: list[str], fixed: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        chosen_axes(names, fixed)


def test_a_control_without_a_measure_that_applies_begins_in_the_middle() -> None:
    control = all_controls()["smoothness"]
    assert Axis(control, "A", "F").met([dialogue("Hi.", "Hello.")]) == 0.0
