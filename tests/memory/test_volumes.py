import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from trialogue.errors import UsageError
from trialogue.memory.hash_embedder import HashEmbedder
from trialogue.memory.volumes import Row, Volumes

SIZE = 4


def row(number: int, text: str = "") -> Row:
    text = text or f"what happened in {number}"
    return Row(number, f"id {number}", text, HashEmbedder().embed([text])[0])


def names(*numbers: int) -> list[tuple[int, str]]:
    return [(number, f"id {number}") for number in numbers]


def plain(rows: list[Row]) -> list[tuple[int, str, str, bytes]]:
    # ChromaDB scales vectors to length 1, which changes a last digit.
    return sorted((r.number, r.id, r.text, (r.vector.round(5) + 0.0).tobytes()) for r in rows)


@pytest.fixture
def volumes(tmp_path: Path) -> Iterator[Volumes]:
    opened = Volumes(tmp_path, size=SIZE, window=1)
    yield opened
    opened.close()


def test_rows_of_all_volumes_come_back_also_later(tmp_path: Path, volumes: Volumes) -> None:
    rows = [row(number) for number in (9, 1, 3, 4, 8, 30)]
    volumes.write("people", rows)
    assert plain(volumes.read("people", names(*range(40)))) == plain(rows)
    assert volumes.read("others", names(9)) == []
    volumes.close()
    assert sorted(place.name for place in tmp_path.iterdir()) == [
        "000000",
        "000004",
        "000008",
        "000028",
    ]
    again = Volumes(tmp_path, size=SIZE)
    assert plain(again.read("people", names(30, 4))) == plain([row(4), row(30)])
    again.close()


def test_the_last_row_of_an_id_counts(volumes: Volumes) -> None:
    volumes.write("people", [row(5, "one")])
    volumes.write("people", [row(5, "other")])
    assert [r.text for r in volumes.read("people", names(5))] == ["other"]


def test_looking_for_rows_makes_no_volume(tmp_path: Path, volumes: Volumes) -> None:
    assert volumes.read("people", names(*range(20))) == []
    assert list(tmp_path.iterdir()) == []


def open_volumes(folder: Path) -> set[str]:
    """The volumes in which this process has files open."""
    there = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            file = Path(os.readlink(link))
        except FileNotFoundError:  # that by which the list was read
            continue
        if file.is_relative_to(folder.resolve()):
            there.add(file.relative_to(folder.resolve()).parts[0])
    return there


async def stay_open(folder: Path, *volumes: str) -> None:
    """Returns when just these are open: ChromaDB's threads close files in their own time."""
    async with asyncio.timeout(30):
        while open_volumes(folder) != set(volumes):
            await asyncio.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not list files")
async def test_old_volumes_are_closed(tmp_path: Path, volumes: Volumes) -> None:
    for number in range(5 * SIZE):
        volumes.write("people", [row(number)])
    await stay_open(tmp_path, "000012", "000016")
    volumes.read("people", names(0))
    await stay_open(tmp_path, "000000", "000016")
    volumes.close()
    await stay_open(tmp_path)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not list files")
async def test_all_volumes_of_the_window_stay_open(tmp_path: Path) -> None:
    volumes = Volumes(tmp_path, size=SIZE, window=2 * SIZE)
    volumes.write("people", map(row, range(5 * SIZE)))
    await stay_open(tmp_path, "000008", "000012", "000016")
    volumes.close()


def test_threads_may_use_different_volumes_at_once(volumes: Volumes) -> None:
    def write_and_read(number: int) -> list[Row]:
        volumes.write("people", [row(number)])
        return volumes.read("people", names(number))

    numbers = [number * SIZE % 23 for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(write_and_read, numbers))
    assert [plain(rows) for rows in found] == [plain([row(number)]) for number in numbers]


def test_without_a_folder_rows_are_in_memory() -> None:
    volumes = Volumes(None, size=SIZE, window=1)
    volumes.write("in-memory", map(row, range(3 * SIZE)))
    assert plain(volumes.read("in-memory", names(1, 9))) == plain([row(1), row(9)])
    volumes.close()


def test_a_damaged_volume_is_named(tmp_path: Path, volumes: Volumes) -> None:
    place = tmp_path / "000004"
    place.mkdir()
    (place / "chroma.sqlite3").write_bytes(b"not a database at all" * 99)
    with pytest.raises(UsageError, match="000004"):
        volumes.write("people", [row(5)])
