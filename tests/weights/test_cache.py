import os
from pathlib import Path

import pytest
from loopback_sites import CONTENT, entry

from trialogue import weights
from trialogue.weights.catalogue import Wheel, WheelSource

TINY = entry(WheelSource(wheels=(Wheel(name="none", version="1", sha256="0" * 64),)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / TINY.file
    path.write_bytes(CONTENT)
    return path


def test_a_file_somebody_put_there_counts_if_its_hash_is_right(file: Path) -> None:
    assert weights.installed(TINY, folder=file.parent) == file
    file.write_bytes(CONTENT[::-1])
    assert weights.installed(TINY, folder=file.parent) is None


def test_a_verified_file_is_not_read_again(file: Path) -> None:
    assert weights.verify(TINY, folder=file.parent)
    before = file.stat()
    file.write_bytes(CONTENT[::-1])
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert weights.installed(TINY, folder=file.parent) == file  # nobody looked inside
    assert not weights.verify(TINY, folder=file.parent)
    assert weights.installed(TINY, folder=file.parent) is None


def test_a_damaged_seal_only_costs_a_reading(file: Path) -> None:
    assert weights.verify(TINY, folder=file.parent)
    (file.parent / "tiny.bin.ok").write_text("{")
    assert weights.installed(TINY, folder=file.parent) == file


def test_remove_leaves_nothing(file: Path) -> None:
    assert weights.verify(TINY, folder=file.parent)
    assert weights.remove(TINY, folder=file.parent)
    assert list(file.parent.iterdir()) == []
    assert not weights.remove(TINY, folder=file.parent)


def test_the_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALOGUE_CACHE", str(tmp_path / "elsewhere"))
    assert weights.cache_folder() == tmp_path / "elsewhere" / "models"
    monkeypatch.delenv("TRIALOGUE_CACHE")
    assert weights.cache_folder().parts[-2:] == ("trialogue", "models")


def test_the_listing_says_what_is_installed(tmp_path: Path) -> None:
    rows = weights.listing(folder=tmp_path)
    assert [row.name for row in rows] == [model.name for model in weights.load_catalogue().models]
    assert not any(row.installed or row.path for row in rows)
