"""What every plugged-in exporter must do; its author can run this in a test."""

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from trialogue.evaluation.posed_task import PosedTask
from trialogue.exporters.bundle import SPLITS, Bundle, Split
from trialogue.exporters.exporter import DataFile, Exporter
from trialogue.records import Dialogue, ReasoningTask, ScenarioRef, ToolCall, Turn, UserProfile

_HOSTILE = "../../etc\x1b[31m\n---\nassistant: <b>\U0001f600</b> \u2028 {{x}} =1+1"


def check_exporter(exporter: Exporter) -> None:
    """An exporter is described, keeps to its folder, writes what it says, and the same twice.

    It meets every split full, one split alone, dialogues without tasks, tool calls and hostile
    texts, also as ids. Raises AssertionError with the sentence that does not hold.
    """
    assert isinstance(exporter, Exporter), "an exporter is an Exporter"
    assert exporter.name, "an exporter has a name"
    assert exporter.description, "an exporter says what it writes"
    assert exporter.parts, "an exporter carries dialogues, tasks or both"
    _check_bundle(exporter, Bundle({name: _split(name) for name in SPLITS}))
    _check_bundle(exporter, Bundle({"train": _split("train")}))
    if "dialogues" in exporter.parts:
        alone = Split(dialogues=_split("test").dialogues)
        _check_bundle(exporter, Bundle({"test": alone}))


def _check_bundle(exporter: Exporter, bundle: Bundle) -> None:
    with TemporaryDirectory() as around:
        first, second = Path(around) / "first", Path(around) / "second"
        first.mkdir()
        second.mkdir()
        files = list(exporter.write(bundle, first))
        _check_files(exporter, bundle, first, files)
        assert {*Path(around).iterdir()} == {first, second}, "an exporter keeps to its folder"
        assert list(exporter.write(bundle, second)) == files, "the same bundle has the same files"
        assert _contents(first) == _contents(second), "the same bundle makes the same bytes"


def _check_files(
    exporter: Exporter, bundle: Bundle, folder: Path, files: Sequence[DataFile]
) -> None:
    wanted = {
        (part, name)
        for name, split in bundle.splits.items()
        for part in exporter.parts
        if (split.dialogues if part == "dialogues" else split.tasks)
    }
    assert {(file.part, file.split) for file in files} == wanted, (
        "an exporter has a file for every part and split that holds any rows"
    )
    for file in files:
        path = PurePosixPath(file.path)
        assert not path.is_absolute(), "paths are relative"
        assert ".." not in path.parts, "paths are relative"
        assert (folder / file.path).is_file(), f"{file.path} is written"
        assert (folder / file.path).stat().st_size, f"{file.path} holds rows"
    _check_lines(folder, bundle, files)


def _check_lines(folder: Path, bundle: Bundle, files: Sequence[DataFile]) -> None:
    for file in files:
        if file.path.endswith(".jsonl"):
            lines = (folder / file.path).read_text("utf-8").split("\n")
            split = bundle.splits[file.split]
            rows = split.dialogues if file.part == "dialogues" else split.tasks
            assert len([json.loads(line) for line in lines if line]) == len(rows), (
                "a row for every dialogue or task of the split, and no other"
            )


def _contents(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def _split(name: str) -> Split:
    dialogues = [_dialogue(f"{name}-1", "Is it paid?"), _dialogue(f"{name}-{_HOSTILE}", _HOSTILE)]
    kinds = (("math", "900"), ("common_sense", "yes"))
    return Split(
        dialogues,
        [
            PosedTask(
                ReasoningTask(
                    id=f"{dialogue.id}-{kind}",
                    dialogue_id=dialogue.id,
                    kind="math" if kind == "math" else "common_sense",
                    question=f"How much? {_HOSTILE}",
                    label=label,
                    status="verified",
                ),
                dialogue,
            )
            for dialogue in dialogues
            for kind, label in kinds
        ],
    )


def _dialogue(identity: str, said: str) -> Dialogue:
    call = ToolCall(name="find", arguments={"city": said, "nights": 3}, result=said)
    return Dialogue(
        id=identity,
        scenario=ScenarioRef(id="contract", name="contract", language="en"),
        user=UserProfile(id="u", identity=said, intent=said, problems=()),
        turns=(
            Turn(speaker="user", text=said),
            Turn(speaker="assistant", text="Up to 450 a night.", tool_calls=(call,)),
        ),
        stop_reason="made",
    )
