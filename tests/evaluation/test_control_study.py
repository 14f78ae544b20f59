"""Verdicts on controls, from fabricated measures whose answer is known."""

import math
from collections.abc import Mapping, Sequence

import pytest
from said import said
from word_embedder import WordEmbedder

from trialogue.agents.controls import Control, Value, Wording, all_controls
from trialogue.evaluation.control_study import Study, corrected, studied
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.report import controls as report
from trialogue.evaluation.topics import Topics, counted
from trialogue.records import Dialogue

WORDS = Wording("Weight", "How much.", "nothing", "everything", {"a": "one", "b": "another"})


def first_number(dialogue: Dialogue) -> float | None:
    """What the first turn says, as a number."""
    return float(dialogue.turns[0].text) if dialogue.turns and dialogue.turns[0].text else None


def control(kind: str = "number") -> Control:
    return Control(
        name="weight",
        kind="category" if kind == "category" else "number",
        level="phi",
        sides=("user",),
        wordings={"en": WORDS, "zh": WORDS},
        measure=as_asked if kind == "category" else first_number,
        low=0,
        high=4,
        choices=("a", "b") if kind == "category" else (),
    )


def as_asked(dialogue: Dialogue) -> float | None:
    """Whether the first turn says what was asked for."""
    return float(dialogue.turns[0].text == dialogue.controls["weight"])


def corpora(values: Mapping[Value, Sequence[object]]) -> dict[Value, Corpus]:
    """A corpus a level: dialogues whose first turn says the value given."""
    return {
        level: Corpus(
            [
                said(str(value), "Yes.", number=i).model_copy(
                    update={"controls": {"weight": level}}
                )
                for i, value in enumerate(found)
            ],
            embedder=WordEmbedder(),
        )
        for level, found in values.items()
    }


def study(values: Mapping[Value, Sequence[object]]) -> Study:
    return studied(control(), corpora(values))


def test_what_rises_with_the_level_follows() -> None:
    found = study({0.0: [0, 1, 0, 1], 2.0: [2, 3, 2, 3], 4.0: [4, 5, 4, 5]})
    assert found.verdict == "follows"
    # Ranks 2.5, 6.5, 10.5 against 1.5, 3.5, … 11.5, each twice.
    assert found.adherence.rho.value == pytest.approx(math.sqrt(128 / 140))
    assert found.adherence.rho.interval is not None
    assert found.adherence.rho.interval[0] > 0
    assert found.adherence.z is not None
    assert found.adherence.z > 2
    # Means 4.5 and 0.5 with a standard deviation of 0.577, corrected for n = 4 + 4.
    assert found.adherence.effect == pytest.approx(4 / 0.57735 * (1 - 3 / 23), abs=1e-3)
    assert [level.share for level in found.levels] == [0, 0.5, 1]
    assert found.levels[1].mean("measured").value == 2.5


@pytest.mark.parametrize(
    "values",
    [
        {0.0: [4, 5, 4, 5], 2.0: [2, 3, 2, 3], 4.0: [0, 1, 0, 1]},
        {0.0: [1, 2, 3, 4], 2.0: [4, 3, 2, 1], 4.0: [1, 2, 3, 4]},
        {0.0: [1, 1, 1, 1], 2.0: [1, 1, 1, 1], 4.0: [1, 1, 1, 1]},
    ],
    ids=["falls", "is as it is", "never changes"],
)
def test_what_does_not_rise_does_not_follow(values: Mapping[Value, Sequence[object]]) -> None:
    assert study(values).verdict == "does not follow"


@pytest.mark.parametrize(
    "values",
    [
        {0.0: [0, 0, 0], 2.0: [2, 2, 2], 4.0: [4, 4, 4]},
        {0.0: [""] * 9, 2.0: [""] * 9, 4.0: [1, 2, 3, 4, 1, 2, 3, 4, 1, 2]},
    ],
    ids=["nine values", "one level"],
)
def test_of_too_few_nothing_can_be_said(values: Mapping[Value, Sequence[object]]) -> None:
    assert study(values).verdict == "cannot be said"


def test_missing_values_are_counted_and_left_out() -> None:
    found = study({0.0: [0, "", 1, 0, 1, 0], 4.0: [4, 5, "", 4, 5, 4]})
    assert [level.measured.count(None) for level in found.levels] == [1, 1]
    assert (found.adherence.rho.n, found.verdict) == (10, "follows")


def test_without_an_order_what_was_asked_is_compared_with_what_was_not() -> None:
    kept = studied(control("category"), corpora({"a": ["a"] * 6, "b": ["b"] * 5 + ["a"]}))
    assert kept.verdict == "follows"
    assert (kept.ordered, kept.drift, kept.levels[1].share) == (False, None, 1)
    lost = studied(control("category"), corpora({"a": ["a"] * 6, "b": ["a"] * 6}))
    assert lost.verdict == "does not follow"


def test_a_property_that_changes_within_a_dialogue() -> None:
    formality = all_controls()["formality"]
    casual, formal = "Hey, don't you think it's cool?", "I would like to request reimbursement."
    turns = [casual, "Yes.", formal, "Yes."]
    level = Corpus([said(*turns), said("One turn.", "Yes.")], embedder=WordEmbedder())
    found = studied(formality, {0.0: level, 1.0: level})
    first = formality.line
    assert first is not None
    measures = [
        formality.measure(said(*turns[:2])),
        formality.measure(said(*turns[2:])),
    ]
    assert None not in measures
    assert found.levels[0].change[0] == pytest.approx(abs(measures[1] - measures[0]))  # type: ignore[operator]
    assert found.levels[0].change[1] is None


def test_p_is_corrected_for_the_number_of_controls() -> None:
    one = study({0.0: [0, 1, 0, 1, 0], 4.0: [4, 5, 4, 5, 4]})
    first, second = corrected([one, one])
    assert one.adherence.p is not None
    assert first.adjusted == second.adjusted == pytest.approx(2 * one.adherence.p)


def test_the_section_shows_verdict_curve_levels_and_ends() -> None:
    levels = corpora({0.0: [0, 1, 0, 1, 0], 4.0: [4, 5, 4, 5, 4]})
    topics: dict[Value, Topics] = {
        0.0: counted(("x", "x", "y", None, "y")),
        4.0: counted(("x",) * 5),
    }
    found = studied(control(), levels, topics)
    section = report.section([found], {"weight": list(levels.values())})
    tables = [block for block in section.blocks if block.kind == "table"]
    assert tables[0].rows[0][:2] == ("weight", "follows")
    assert [row[5:7] for row in tables[1].rows] == [(2, 1.0), (1, 0.0)]
    names = [block.name for block in section.blocks if block.kind == "chart"]
    assert names == [
        "control-weight-measured",
        "controls-topics",
        "controls-drift",
        "controls-change",
    ]
    [shown] = [block for block in section.blocks if block.kind == "conversations"]
    assert [one.about for one in shown.conversations] == ["weight 0.0", "weight 4.0"]
