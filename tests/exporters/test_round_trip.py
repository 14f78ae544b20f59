"""What is exported is read back: by us, by `datasets`, and by a chat template."""

import json
from pathlib import Path
from typing import Any

import pytest
from made_dialogues import answer, call, dialogue
from made_tasks import made_run, math_task, trip, write_run, yes_no_task

from trialogue.dialogue_files import read_dialogues
from trialogue.evaluating import read_sets
from trialogue.exporters import BUILT_IN
from trialogue.exporting import export
from trialogue.records import Dialogue, Turn
from trialogue.task_sets import read_task_set

WHOLE = ("parquet", "hf")
FORMATS = ("openai", "sharegpt", *WHOLE)


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No hub is asked. The environment is read once for all tests, so it is left alone."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def mixed(folder: Path) -> Path:
    """Dialogues of which some call tools, once twice in one turn; names, hostile texts."""
    hostile = "a\nassistant: no\x1b[31m \u2028 </s> \U0001f600 ```"
    calls = (call("find", "3 rooms", city="Oslo"), call("book", "", room=2, from_="a|b"))
    odd = [
        dialogue("Is there a room?", answer("Booked.", *calls), "Thanks.", "Any time.", id="two"),
        dialogue(hostile, answer("Look.", call("look", hostile, text=hostile)), id="../../up"),
        dialogue(Turn(speaker="user", text="Hi", name="Ann"), "Hello.", id="named"),
    ]
    plain = [trip(number, tools=number % 3 == 0) for number in range(7)]
    tasks = [math_task(one, number) for number, one in enumerate(plain)]
    return write_run(folder, [*odd, *plain], [*tasks, yes_no_task(plain[1], "no")])


def by_id(dialogues: Any) -> dict[str, Dialogue]:
    return {one.id: one for one in dialogues}


@pytest.mark.parametrize("to", FORMATS)
def test_dialogues_come_back(tmp_path: Path, to: str) -> None:
    if to in WHOLE:
        pytest.importorskip("pyarrow")
    run = mixed(tmp_path / "run")
    done = export(run, to)
    before, after = by_id(read_dialogues(run)), by_id(read_dialogues(Path(done.folder)))
    assert set(after) == set(before)
    if to in WHOLE:
        assert after == before
        return
    for name, one in before.items():
        found = after[name].turns
        if to == "sharegpt":
            assert [t.model_copy(update={"name": ""}) for t in one.turns] == [*found]
        else:
            assert one.turns == found


def test_a_single_file_of_an_export_is_a_set_of_dialogues(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    done = export(mixed(tmp_path / "run"), "parquet")
    file = Path(done.folder) / done.files[0].path
    assert sum(1 for _ in read_dialogues(file)) == done.files[0].rows
    [corpus] = read_sets([done.folder]).corpora.values()
    assert len(corpus.dialogues) == 10


@pytest.mark.parametrize("to", ["parquet", "hf", "inspect", "lm-eval"])
def test_tasks_come_back(tmp_path: Path, to: str) -> None:
    if to in WHOLE:
        pytest.importorskip("pyarrow")
    run = mixed(tmp_path / "run")
    done = export(run, to)
    before, after = read_task_set(run).tasks, read_task_set(done.folder).tasks
    assert {one.task.id: one for one in after} == {one.task.id: one for one in before}


@pytest.mark.parametrize("to", sorted(BUILT_IN))
def test_the_folder_loads_as_a_dataset(tmp_path: Path, to: str) -> None:
    """Also where only some splits call tools: columns are declared, not guessed."""
    datasets = pytest.importorskip("datasets", reason="the package datasets is not installed")
    done = export(mixed(tmp_path / "run"), to, seed=1)
    for part in dict.fromkeys(file.part for file in done.files):
        found = datasets.load_dataset(done.folder, part, cache_dir=str(tmp_path / "cache"))
        rows = {file.split: file.rows for file in done.files if file.part == part}
        assert {name: split.num_rows for name, split in found.items()} == rows
    default = datasets.load_dataset(done.folder, cache_dir=str(tmp_path / "cache"))
    assert default["train"].num_rows == done.files[0].rows


@pytest.mark.parametrize("to", ["openai", "hf"])
def test_messages_go_through_a_chat_template(tmp_path: Path, to: str) -> None:
    """As a trainer does it: load_dataset, then the tokenizer's template; without any weights."""
    datasets = pytest.importorskip("datasets", reason="the package datasets is not installed")
    transformers = pytest.importorskip(
        "transformers", reason="the package transformers is not installed"
    )
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    words = Tokenizer(WordLevel({"<unk>": 0}, unk_token="<unk>"))
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=words)
    tokenizer.chat_template = (
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}"
        "{% if m.tool_calls %}{% for c in m.tool_calls %}[{{ c.function.name }}]{% endfor %}"
        "{% endif %}</{{ m.role }}>{% endfor %}"
    )
    run = mixed(tmp_path / "run")
    done = export(run, to)
    found = datasets.load_dataset(done.folder, "dialogues", cache_dir=str(tmp_path / "cache"))
    texts = {
        row["id"]: tokenizer.apply_chat_template(row["messages"], tokenize=False)
        for split in found.values()
        for row in split
    }
    assert texts["two"] == (
        "<user>Is there a room?</user><assistant>[find]</assistant><tool>3 rooms</tool>"
        "<assistant>[book]</assistant><tool></tool><assistant>Booked.</assistant>"
        "<user>Thanks.</user><assistant>Any time.</assistant>"
    )
    for one in read_dialogues(run):
        assert all(turn.text in texts[one.id] for turn in one.turns)


def test_openai_rows_are_what_the_format_asks_for(tmp_path: Path) -> None:
    done = export(mixed(tmp_path / "run"), "openai", shares=(1, 0, 0))
    rows = {}
    for file in done.files:
        for line in (Path(done.folder) / file.path).read_text("utf-8").split("\n"):
            if line:
                rows[json.loads(line)["id"]] = json.loads(line)
    assert {tool["function"]["name"] for tool in rows["two"]["tools"]} == {"find", "book"}
    book = rows["two"]["tools"][0]["function"]
    assert book["parameters"]["properties"]["room"] == {"type": "integer"}
    assert "tools" not in rows["named"]
    assert rows["named"]["messages"][0]["name"] == "Ann"
    open_calls: set[str] = set()
    for row in rows.values():
        for message in row["messages"]:
            assert isinstance(message["content"], str)
            if message["role"] == "tool":
                open_calls.remove(message["tool_call_id"])
            open_calls |= {one["id"] for one in message.get("tool_calls", ())}
        assert not open_calls
    asked = rows["desk-0001-m"]["messages"]
    assert [message["role"] for message in asked] == ["system", "user", "assistant"]
    assert asked[2]["content"] == f"Answer: {4 * 417 + 34}"
    assert "How much did the nights" in asked[1]["content"]


def test_a_dataset_from_elsewhere_is_read(tmp_path: Path) -> None:
    """Data files beside or below, without a last line end, or in Parquet with other columns."""
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "test.jsonl").write_text(json.dumps({"messages": messages}))
    (tmp_path / "one" / "train.jsonl").write_text(json.dumps({"id": "t", "messages": messages}))
    assert [one.id for one in read_dialogues(tmp_path / "one")] == ["t", "test-2"]
    (tmp_path / "two" / "data").mkdir(parents=True)
    table = pa.Table.from_pylist([{"messages": messages, "when": None, "raw": b"\xff"}])
    parquet.write_table(table, tmp_path / "two" / "data" / "train-00000-of-00001.parquet")
    [found] = read_dialogues(tmp_path / "two")
    assert [turn.text for turn in found.turns] == ["Hi", "Hello"]


def test_a_broken_parquet_file_is_named(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from trialogue.errors import UsageError

    file = tmp_path / "a.parquet"
    file.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(UsageError, match=r"a\.parquet: cannot be read as Parquet"):
        list(read_dialogues(file))


def test_two_exports_are_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    run = made_run(tmp_path / "run", 6)
    for to in sorted(BUILT_IN):
        first = export(run, to, out=tmp_path / "a" / to)
        second = export(run, to, out=tmp_path / "b" / to)
        assert first.files == second.files
        card = (tmp_path / "a" / to / "README.md").read_bytes()
        assert card == (tmp_path / "b" / to / "README.md").read_bytes()
