"""K_P: the nearest hard task by cosine (R eqs. 9-10), against the formula itself."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from trialogue.memory.chroma import close_chroma, open_chroma
from trialogue.memory.hard_tasks import HardTask, HardTasks
from trialogue.memory.hash_embedder import HashEmbedder

TASKS = [
    HardTask("t1", "math", "What did the hotel and the taxi cost together?", "a * b + c", 2),
    HardTask("t2", "math", "How many euros are left of the budget after the flight?", "a - b", 1),
    HardTask("t3", "common_sense", "Would a minibus have a seat for all guests?", "a <= b", 1),
]
DIALOGUES = ["I stayed at a hotel and took a taxi.", "My flight was dear and the budget is gone."]


@pytest.fixture
def hard(tmp_path: Path) -> Iterator[HardTasks]:
    client = open_chroma(tmp_path)
    yield HardTasks(client, HashEmbedder())
    close_chroma(client)


def test_the_nearest_is_the_one_with_the_largest_cosine(hard: HardTasks) -> None:
    hard.keep(TASKS)
    found = hard.nearest(DIALOGUES, ["math", "common_sense"])
    embed = HashEmbedder().embed
    for text, by_kind in zip(DIALOGUES, found, strict=True):
        for kind, nearest in by_kind.items():
            [v] = embed([text])
            of_kind = [task for task in TASKS if task.kind == kind]
            cosines = [
                np.dot(v, p) / np.linalg.norm(v) / np.linalg.norm(p)
                for p in embed([task.question for task in of_kind])
            ]
            assert nearest == of_kind[int(np.argmax(cosines))]
    assert [by_kind["math"].id for by_kind in found] == ["t1", "t2"]


def test_without_one_of_the_kind_it_is_one_of_any(hard: HardTasks) -> None:
    assert hard.nearest(DIALOGUES, ["math"]) == [{}, {}]
    hard.keep(TASKS[:1])
    assert hard.nearest(DIALOGUES[:1], ["common_sense"]) == [{"common_sense": TASKS[0]}]
    assert hard.nearest([], ["math"]) == []


def test_equally_near_ones_are_told_apart_by_id(hard: HardTasks) -> None:
    twin = TASKS[0]._replace(id="t0")
    hard.keep([TASKS[0]])
    hard.keep([twin])
    hard.keep([twin])
    assert len(hard) == 2
    assert hard.nearest(DIALOGUES[:1], ["math"]) == [{"math": twin}]


def test_a_new_refinement_begins_with_none(tmp_path: Path) -> None:
    client = open_chroma(tmp_path)
    HardTasks(client, HashEmbedder()).keep(TASKS)
    assert len(HardTasks(client, HashEmbedder())) == 0
    close_chroma(client)
