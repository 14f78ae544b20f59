"""Exporters plugged in by other packages, and the contract that all keep."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from plugin_package import install

from trialogue.errors import UsageError
from trialogue.exporters import BUILT_IN, Bundle, DataFile, Exporter, check_exporter, find_exporter

PLUGIN = """
from trialogue.exporters import DataFile, Exporter

def write(bundle, folder):
    files = []
    for name, split in bundle.splits.items():
        if split.dialogues:
            (folder / f"{name}.txt").write_text(chr(10).join(d.id for d in split.dialogues))
            files.append(DataFile("dialogues", name, f"{name}.txt"))
    return files

IDS = Exporter("ids", "the ids alone", write, parts=("dialogues",))

def made():
    return IDS

def broken():
    raise RuntimeError("no luck")

NUMBER = 4
"""


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "writers", raising=False)
    return lambda points: install(tmp_path, "writers", PLUGIN, {"trialogue.exporters": points})


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_the_built_in_exporters_keep_the_contract(name: str) -> None:
    if name in ("parquet", "hf"):
        pytest.importorskip("pyarrow")
    assert find_exporter(name).name == name
    check_exporter(find_exporter(name))


def test_a_plugin_is_an_exporter_or_makes_one(plugged: Callable[[dict[str, str]], None]) -> None:
    plugged({"ids": "IDS", "made": "made", "openai": "IDS"})
    assert find_exporter("ids") == find_exporter("made")
    check_exporter(find_exporter("ids"))
    assert find_exporter("openai") is BUILT_IN["openai"]


def test_a_broken_plugin_is_named(plugged: Callable[[dict[str, str]], None]) -> None:
    plugged({"broken": "broken", "number": "NUMBER", "gone": "GONE"})
    for name, why in (("broken", "no luck"), ("number", "not an Exporter"), ("gone", "loaded")):
        with pytest.raises(UsageError, match=why):
            find_exporter(name)
    with pytest.raises(UsageError, match="sharegpt"):
        find_exporter("sharegtp")


Write = Callable[[Bundle, Path], Sequence[DataFile]]


def outside(bundle: Bundle, folder: Path) -> Sequence[DataFile]:
    (folder.parent / "leak.txt").write_text("x")
    return BUILT_IN["openai"].write(bundle, folder)


def forgetful(bundle: Bundle, folder: Path) -> Sequence[DataFile]:
    return BUILT_IN["openai"].write(bundle, folder)[1:]


def shortened(bundle: Bundle, folder: Path) -> Sequence[DataFile]:
    files = BUILT_IN["openai"].write(bundle, folder)
    first = folder / files[0].path
    first.write_text(first.read_text("utf-8").partition("\n")[2] or "{}\n{}\n{}\n", "utf-8")
    return files


def changing() -> Write:
    calls = iter(range(100))

    def write(bundle: Bundle, folder: Path) -> Sequence[DataFile]:
        files = BUILT_IN["openai"].write(bundle, folder)
        (folder / "stamp").write_text(str(next(calls)))
        return files

    return write


@pytest.mark.parametrize(
    ("write", "why"),
    [
        (outside, "keeps to its folder"),
        (forgetful, "every part and split"),
        (shortened, "a row for every"),
        (changing(), "the same bytes"),
    ],
)
def test_the_contract_finds_what_is_wrong(write: Write, why: str) -> None:
    with pytest.raises(AssertionError, match=why):
        check_exporter(Exporter("bad", "a bad one", write))
    with pytest.raises(AssertionError, match="says what"):
        check_exporter(replace(BUILT_IN["openai"], description=""))
