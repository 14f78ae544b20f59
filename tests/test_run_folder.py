import json
import subprocess
import sys
from pathlib import Path

import pytest

from trialogue.errors import UsageError
from trialogue.records import Dialogue, ScenarioRef, Turn, UserProfile
from trialogue.run_folder import DIALOGUES, FAILURES, SETTINGS, RunFolder

FREE = frozenset({"n"})
HOLD = """
import sys
from pathlib import Path
from trialogue.run_folder import RunFolder
with RunFolder(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def dialogue(number: int, text: str = "Grüße, 你好") -> Dialogue:
    return Dialogue(
        id=f"d-{number}",
        scenario=ScenarioRef(id="s", name="s", language="en"),
        user=UserProfile(id="u", identity="", intent="", problems=()),
        turns=(Turn(speaker="user", text=text),),
        stop_reason="goal_reached",
    )


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A folder with two dialogues and a failure."""
    with RunFolder(tmp_path) as folder:
        folder.append(dialogue(0))
        folder.append(dialogue(1))
        folder.append(dialogue(2), failed=True)
    return tmp_path


def test_what_was_appended_is_there_again(full: Path) -> None:
    with RunFolder(full) as folder:
        assert list(folder.dialogues()) == [dialogue(0), dialogue(1)]
        assert list(folder.failures()) == [dialogue(2)]


def test_an_empty_folder_has_nothing(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "new" / "run") as folder:
        assert list(folder.dialogues()) == []
        assert list(folder.failures()) == []


@pytest.mark.parametrize("kept", [1, 20, 0.5, -1])
def test_a_torn_last_line_is_cut_off(full: Path, kept: float) -> None:
    file = full / DIALOGUES
    whole = file.read_bytes()
    line = dialogue(2, "x" * 100_000).to_line().encode()
    torn = line[: int(kept * len(line)) if isinstance(kept, float) else kept]
    file.write_bytes(whole + torn)
    with RunFolder(full) as folder:
        assert len(list(folder.dialogues())) == 2
        folder.append(dialogue(2))
        assert list(folder.dialogues())[2] == dialogue(2)
    assert file.read_bytes() == whole + dialogue(2).to_line().encode() + b"\n"


def test_a_file_of_one_torn_line_becomes_empty(full: Path) -> None:
    (full / FAILURES).write_bytes(b'{"id": "d-')
    with RunFolder(full) as folder:
        assert list(folder.failures()) == []
    assert (full / FAILURES).read_bytes() == b""


def test_a_whole_line_that_is_no_record_is_named(full: Path) -> None:
    with (full / DIALOGUES).open("ab") as out:
        out.write(b'{"id": 3}\n')
    with RunFolder(full) as folder, pytest.raises(UsageError, match=r"dialogues\.jsonl:3: not a"):
        list(folder.dialogues())


def test_another_process_keeps_its_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match="is in use by another process"):
            RunFolder(tmp_path)
        other.communicate("")
    with RunFolder(tmp_path):
        pass


def test_a_killed_process_leaves_its_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        other.kill()
    with RunFolder(tmp_path):
        pass


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(UsageError, match="cannot be written to"):
        RunFolder(tmp_path / "run")


def test_the_settings_are_those_of_the_run(tmp_path: Path) -> None:
    with RunFolder(tmp_path) as folder:
        folder.settle({"n": 2, "seed": 0, "options": {"rounds": 8}}, FREE)
        folder.settle({"n": 9, "seed": 0, "options": {"rounds": 8}}, FREE)
    assert json.loads((tmp_path / SETTINGS).read_text())["settings"]["n"] == 9


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"seed": 1}, "seed was 0, now 1"),
        ({"options": {"rounds": 3}}, "options.rounds was 8, now 3"),
        ({"model": "openai:x"}, 'model was not set, now "openai:x"'),
        ({"controls": {"focus": "3"}}, 'controls.focus was not set, now "3"'),
    ],
)
def test_differing_settings_are_named(
    tmp_path: Path, changed: dict[str, object], says: str
) -> None:
    settings = {"n": 2, "seed": 0, "options": {"rounds": 8}, "controls": {}}
    with RunFolder(tmp_path) as folder:
        folder.settle(settings, FREE)
        before = (tmp_path / SETTINGS).read_bytes()
        with pytest.raises(UsageError) as error:
            folder.settle({**settings, **changed}, FREE)
    assert f"({says})" in str(error.value)
    assert (tmp_path / SETTINGS).read_bytes() == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"settings": 3}'])
def test_damaged_settings_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / SETTINGS).write_text(text)
    with RunFolder(tmp_path) as folder, pytest.raises(UsageError, match=r"run\.json is damaged"):
        folder.settle({"n": 2}, FREE)


def test_what_was_read_is_compared_by_content(tmp_path: Path) -> None:
    before = {"seed": 0, "contents": {"documents": {"a.md": "1", "b.md": "2"}}}
    after = {"seed": 0, "contents": {"documents": {"a.md": "1", "b.md": "3"}}}
    with RunFolder(tmp_path) as folder:
        folder.settle(before, FREE)
        folder.settle(before, FREE)
        with pytest.raises(UsageError, match=r"documents differ: b\.md; choose another --out"):
            folder.settle(after, FREE)


def test_fewer_dialogues_than_are_there_are_refused(full: Path) -> None:
    with (full / DIALOGUES).open("ab") as out:
        out.write(b'{"id": "torn')
    with RunFolder(full) as folder:
        folder.check_room(2)
        with pytest.raises(UsageError, match="holds 2 dialogues; ask for at least 2 or choose"):
            folder.check_room(1)
