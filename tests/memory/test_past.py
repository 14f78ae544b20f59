"""Users and what they lived through, over several volumes and after a restart."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trialogue.memory.experience import ExperienceMemory
from trialogue.memory.hash_embedder import HashEmbedder
from trialogue.memory.people import PeopleMemory
from trialogue.memory.volumes import Volumes
from trialogue.records import Action

TEXTS = [f"{what} in {where}" for what in ("a taxi", "a hotel") for where in ("Rome", "Bath", "Ur")]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[], Volumes]]:
    """Closes the volumes that were there and opens them again, two numbers each."""
    volumes: list[Volumes] = []

    def again() -> Volumes:
        if volumes:
            volumes[-1].close()
        volumes.append(Volumes(tmp_path, size=2, window=1))
        return volumes[-1]

    yield again
    volumes[-1].close()


def action(index: int, text: str) -> Action:
    return Action(index=index, action=text, topic="hotel", memory=text)


async def test_a_user_recalls_its_own_also_after_a_restart(opened: Callable[[], Volumes]) -> None:
    memory = ExperienceMemory(opened(), HashEmbedder())
    for index in (1, 2, 3):
        for number, text in enumerate(TEXTS):
            await memory.keep(f"user {number}", action(index, f"{text} {index}"), number)
    await memory.flush()
    for again in (memory, ExperienceMemory(opened(), HashEmbedder())):
        for number, text in enumerate(TEXTS):
            recalled = await again.recall(f"user {number}", "2", 4, k=2, number=number)
            assert len(recalled) == 2
            assert set(recalled) <= {f"{text} {index}" for index in (1, 2, 3)}
            assert f"{text} 2" in recalled
        assert await again.recall("user 0", "2", before=4, number=5) == []


async def test_nearness_is_the_same_fresh_and_after_a_restart(
    opened: Callable[[], Volumes],
) -> None:
    asked = ["a hotel in Rome", "a train to Bath", "a hotel in Rome"]
    fresh = PeopleMemory(opened(), HashEmbedder())
    await fresh.keep([0, 1, 2], TEXTS[:3])
    await fresh.keep([5, 4], [TEXTS[5], TEXTS[4]])
    first = [await fresh.nearness(asked, before) for before in range(8)]
    resumed = PeopleMemory(opened(), HashEmbedder())
    assert [await resumed.nearness(asked, before) for before in range(8)] == first
    await resumed.keep([3], [TEXTS[3]])
    assert (await resumed.nearness(asked, 4))[0] == pytest.approx(1.0, abs=1e-5)


async def test_nearness_counts_lower_numbers_and_what_stands_before(
    opened: Callable[[], Volumes],
) -> None:
    embedder = HashEmbedder()
    people = PeopleMemory(opened(), embedder)
    assert await people.nearness(["x"], before=0) == [-1.0]
    await people.keep(range(6), TEXTS)
    vectors = embedder.embed([*TEXTS[:4], "a taxi", "in Ur", "nobody"])
    cosines = vectors @ vectors.T
    near = await people.nearness(["in Ur", "nobody"], before=4, beside=["a taxi"])
    assert near == pytest.approx([cosines[5, :5].max(), cosines[6, :6].max()], abs=1e-5)
