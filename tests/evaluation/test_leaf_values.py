"""Leaves of metric trees: which metrics they may be, what a tree sees, what is missing."""

import numpy as np
import pytest
from made_dialogues import dialogue

from trialogue.errors import UsageError
from trialogue.evaluation.corruptions import corrupted
from trialogue.evaluation.leaf_values import Leaves
from trialogue.evaluation.trees import parse
from trialogue.memory.hash_embedder import HashEmbedder

SET = [
    dialogue("Is the hotel paid in Bergen?", "Up to 450 a night.", "And a taxi?", "After ten."),
    dialogue("Is lunch paid?", "Lunch is paid up to 30, as lunch is lunch, lunch, lunch."),
    dialogue("Hello there, I have a question about trains.", "Please ask.", "Is first class paid?",
             "No.", "And second class?", "Yes, second class is paid."),
]  # fmt: skip


@pytest.fixture(scope="module")
def leaves() -> Leaves:
    return Leaves("dialogue", SET, HashEmbedder(), always=("goal_coverage",))


def test_metrics_that_say_nothing_are_left_out_unless_they_are_wanted(leaves: Leaves) -> None:
    assert {"distinct_2", "rounds", "tfidf_coherence"} <= set(leaves.names)
    assert {"distinct_1_corpus"}.isdisjoint(leaves.names)
    assert {"goal_coverage"} <= set(leaves.left_out)
    assert "goal_coverage" in leaves.standards
    assert "goal_coverage" not in leaves.names
    assert "knowledge_use" not in leaves.standards


def test_quality_is_the_mean_of_the_tree_over_standardised_values(leaves: Leaves) -> None:
    raw = leaves.raw(SET)
    tree = parse("2*rounds")
    assert leaves.quality(tree, raw) == pytest.approx(0.0, abs=1e-9)
    assert (
        leaves.quality(tree, leaves.raw([SET[2]])) > 0 > leaves.quality(tree, leaves.raw([SET[1]]))
    )


def test_what_is_missing_stands_at_the_centre_and_is_counted(leaves: Leaves) -> None:
    before = leaves.missing.get("rounds", 0)
    raw = {**leaves.raw(SET), "rounds": np.array([np.nan, 1.0, 3.0])}
    assert leaves.seen(raw)["rounds"][0] == 0.0
    assert leaves.missing["rounds"] == before + 1


def test_without_an_embedder_and_at_the_level_of_turns() -> None:
    found = Leaves("turn", SET, None)
    assert "embedding_coherence" not in found.standards
    assert "distinct_2" not in found.standards
    assert found.raw(SET)["turn_length"].tolist() == [2.0, 12.0, 5.0]


def test_what_screening_compares(leaves: Leaves) -> None:
    originals, spoilt = leaves.sets(SET, corrupted(SET))
    assert set(originals) == set(leaves.standards)
    assert all(len(row) == 3 for values in spoilt.values() for row in values.values())
    assert spoilt["cut"]["rounds"].mean() < originals["rounds"].mean()


def test_dialogues_that_are_all_alike_tell_nothing() -> None:
    with pytest.raises(UsageError, match="no metric tells the 2 dialogues"):
        Leaves("dialogue", [SET[0], SET[0]], None)
